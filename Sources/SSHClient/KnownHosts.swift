import FoundationEssentials

/// The lines of a known hosts file, sshd(8), SSH_KNOWN_HOSTS FILE FORMAT.
struct KnownHosts: Sendable {
    struct Line: Sendable, Hashable {
        let number: Int
        let isRevoked: Bool
        /// The first field: patterns with commas, or a hashed name.
        let names: String
        let keyType: String
        /// Base64 as written.
        let key: String

        var isHashed: Bool { names.hasPrefix("|1|") }
        var text: String { "\(names) \(keyType) \(key)" }
    }

    let lines: [Line]

    /// Reads what it understands; a line that makes no sense is passed over, as ssh does.
    ///
    /// Certificate authorities too:
    /// libssh2 1.10 knows no host certificates.
    init(_ text: String) {
        lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated().compactMap {
            index,
            line in
            var fields = line.split(whereSeparator: { " \t\r".contains($0) }).map(String.init)
            let marker = fields.first.flatMap { $0.hasPrefix("@") ? $0 : nil }
            if marker != nil { fields.removeFirst() }
            guard fields.count >= 3, !fields[0].hasPrefix("#"), marker == nil || marker == "@revoked" else {
                return nil
            }
            return Line(
                number: index + 1,
                isRevoked: marker != nil,
                names: fields[0],
                keyType: fields[1],
                key: fields[2]
            )
        }
    }

    /// The lines for a host; `matchesHashed` tells whether a hashed line is for a name.
    func lines(host: String, port: Int, matchesHashed: (Line, String) -> Bool) -> [Line] {
        let name = Self.name(host.lowercased(), port)
        return lines.filter { $0.isHashed ? matchesHashed($0, name) : Self.matches($0.names, name) }
    }

    static func name(_ host: String, _ port: Int) -> String { port == 22 ? host : "[\(host)]:\(port)" }

    /// Pattern list of ssh_config(5), PATTERNS: `*`, `?`, and `!` which rules a name out.
    static func matches(_ patterns: String, _ name: String) -> Bool {
        var isMatched = false
        for pattern in patterns.lowercased().split(separator: ",") {
            if pattern.hasPrefix("!") {
                if glob(Array(pattern.dropFirst().utf8)[...], Array(name.utf8)[...]) { return false }
            } else if glob(Array(pattern.utf8)[...], Array(name.utf8)[...]) {
                isMatched = true
            }
        }
        return isMatched
    }

    private static func glob(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        let rest = pattern.dropFirst()
        if first == UInt8(ascii: "*") {
            return glob(rest, name) || (!name.isEmpty && glob(pattern, name.dropFirst()))
        }
        guard let next = name.first, first == UInt8(ascii: "?") || first == next else { return false }
        return glob(rest, name.dropFirst())
    }
}

/// What the known hosts say about the key a server shows.
enum HostKeyVerdict: Sendable, Hashable {
    case trusted
    case unknown
    case changed(line: Int)

    /// Judges a key by the lines for its host.
    static func of(keyType: String, key: String, among lines: [KnownHosts.Line]) -> HostKeyVerdict {
        if let revoked = lines.first(where: { $0.isRevoked && $0.key == key }) { return .changed(line: revoked.number) }
        let valid = lines.filter { !$0.isRevoked }
        if valid.contains(where: { $0.keyType == keyType && $0.key == key }) { return .trusted }
        if let other = valid.first(where: { $0.keyType == keyType }) { return .changed(line: other.number) }
        return .unknown
    }

    /// Host key algorithms to ask for: those on file, or all the library can verify against a current server.
    static func algorithms(for lines: [KnownHosts.Line]) -> String {
        let all = ["ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521"]
        let known = all.filter { type in lines.contains { $0.keyType == type && !$0.isRevoked } }
        return (known.isEmpty ? all : known).joined(separator: ",")
    }
}
