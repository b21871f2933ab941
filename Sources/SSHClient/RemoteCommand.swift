/// The text that is sent for a command, understood alike by sh, csh and fish as login shells.
///
/// The command travels escaped inside single quotes and is unwrapped by `/bin/sh`, whatever the login shell is. Before
/// it starts, the process number is printed in a mark, which lets us end the process group later (libssh2 1.10 cannot
/// send signals) and tells the command's output from the noise of a shell profile.
struct RemoteCommand: Sendable {
    let text: String

    init(_ command: String, abandonment: SSHAbandonment) {
        let prelude =
            switch abandonment {
            // Nobody listens any more: do not begin.
            case .killRemote: #"printf "\002farfield %d\003\n" $$||exit 126;"#
            case .leaveRunning: #"trap "" HUP PIPE;printf "\002farfield %d\003\n" $$;"#
            }
        text = "exec /bin/sh -c '\(prelude)exec /bin/sh -c \"$(printf %b \"$1\")\"' sh '\(Self.escaped(command))'"
    }

    /// Ends a process group: TERM, then KILL for whoever is left.
    ///
    /// Falls back to the one process when it leads no group.
    static func ending(_ process: Int32) -> String {
        """
        exec /bin/sh -c 'p=-\(process);kill -s TERM -- $p 2>/dev/null||p=\(process);\
        kill -s TERM -- $p 2>/dev/null||exit 0;\
        for i in 1 2 3;do kill -s 0 -- $p 2>/dev/null||exit 0;sleep 1;done;kill -s KILL -- $p 2>/dev/null'
        """
    }

    /// For `printf %b` (POSIX): all but harmless characters as `\0ooo`, so no shell finds anything to interpret.
    static func escaped(_ command: String) -> String {
        var result: [UInt8] = []
        for byte in command.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: " "), UInt8(ascii: "/"), UInt8(ascii: "."),
                UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "="), UInt8(ascii: ","), UInt8(ascii: ":"):
                result.append(byte)
            default:
                let octal = String(byte, radix: 8)
                result.append(contentsOf: "\\0\(String(repeating: "0", count: 3 - octal.count))\(octal)".utf8)
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}

/// Collects a command's output and takes the mark out of it.
struct OutputCollector: Sendable {
    /// Leader of the remote process group, known once the mark has come.
    private(set) var process: Int32?
    private(set) var standardOutput: [UInt8] = []
    private(set) var standardError: [UInt8] = []
    private var searched = 0

    private static let begin = Array("\u{2}farfield ".utf8)
    private static let end = Array("\u{3}\n".utf8)

    var count: Int { standardOutput.count + standardError.count }

    /// The beginning of all output on one line, for a person.
    var words: String {
        String(decoding: standardOutput.prefix(200) + standardError.prefix(200), as: UTF8.self)
            .split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    mutating func append(error bytes: some Sequence<UInt8>) {
        standardError.append(contentsOf: bytes)
    }

    mutating func append(output bytes: some Sequence<UInt8>) {
        standardOutput.append(contentsOf: bytes)
        if process == nil { findMark() }
    }

    private mutating func findMark() {
        let candidates = searched..<standardOutput.count
        for start in candidates where standardOutput[start...].starts(with: Self.begin) {
            let digits = standardOutput[(start + Self.begin.count)...].prefix { (48...57).contains($0) }
            let rest = standardOutput[digits.endIndex...]
            guard rest.starts(with: Self.end), let number = Int32(String(decoding: digits, as: UTF8.self)) else {
                continue
            }
            process = number
            standardOutput.removeSubrange(..<(digits.endIndex + Self.end.count))
            return
        }
        // The mark may have come in half: look again at what could still become one.
        searched = max(searched, standardOutput.count - 32)
    }
}
