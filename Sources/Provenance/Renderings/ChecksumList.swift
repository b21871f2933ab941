package import Attestation

/// Digests and names in the form that `sha256sum --check` of coreutils reads.
///
/// A name that holds a backslash, a newline or a carriage return is escaped, and its line begins with a backslash
/// (coreutils manual, "md5sum invocation").
package struct ChecksumList: Sendable, Hashable {
    /// Names and digests in the order of the lines.
    package let entries: [Entry]

    /// One line.
    package struct Entry: Sendable, Hashable {
        /// Path of the file.
        package let path: String
        /// Digest of its bytes.
        package let digest: SHA256Digest

        /// A line.
        package init(path: String, digest: SHA256Digest) {
            self.path = path
            self.digest = digest
        }
    }

    /// A list of given files.
    ///
    /// - Parameter entries: the files in order.
    package init(_ entries: [Entry]) { self.entries = entries }

    /// The outputs of a record.
    ///
    /// - Parameter manifest: the record.
    package init(_ manifest: ReproducibilityManifest) {
        entries = manifest.outputs.map { Entry(path: RecordPaths.path($0), digest: $0.digest) }
    }

    /// The list as UTF-8 text.
    package var bytes: [UInt8] { Array(entries.map(Self.line).joined().utf8) }

    /// Reads a list; nil for anything that ``bytes`` would not write, and for names that lead elsewhere.
    ///
    /// - Parameter bytes: the file.
    package init?(bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var entries: [Entry] = []
        for line in text.utf8.split(separator: 10, omittingEmptySubsequences: true) {
            guard let entry = Self.entry(line) else { return nil }
            entries.append(entry)
        }
        self.entries = entries
        guard self.bytes == bytes else { return nil }
    }

    private static func entry(_ line: Substring.UTF8View) -> Entry? {
        let isEscaped = line.first == 92
        let rest = isEscaped ? line.dropFirst() : line
        let digits = String(decoding: rest.prefix(64), as: UTF8.self)
        guard let digest = SHA256Digest("sha256:" + digits) else { return nil }
        let name = String(decoding: rest.dropFirst(66), as: UTF8.self)
        guard let path = isEscaped ? unescape(name) : name, RecordPaths.isBelow(path) else { return nil }
        return Entry(path: path, digest: digest)
    }

    private static func unescape(_ name: String) -> String? {
        var result = String.UnicodeScalarView()
        var scalars = name.unicodeScalars.makeIterator()
        while let scalar = scalars.next() {
            guard scalar == "\\" else {
                result.append(scalar)
                continue
            }
            switch scalars.next() {
            case "\\": result.append("\\")
            case "n": result.append("\n")
            case "r": result.append("\r")
            default: return nil
            }
        }
        return String(result)
    }

    private static func line(_ entry: Entry) -> String {
        let escaped = escape(entry.path)
        return (escaped == entry.path ? "" : "\\") + "\(entry.digest.hexadecimal)  \(escaped)\n"
    }

    private static func escape(_ path: String) -> String {
        var result = ""
        for scalar in path.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
