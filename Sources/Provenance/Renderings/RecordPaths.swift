/// Where files stand in the crate, in the archive and in the statement's subjects.
package enum RecordPaths {
    /// The crate itself (RO-Crate 1.1, "RO-Crate Metadata Document").
    package static let crate = "ro-crate-metadata.json"
    /// The page for a person who unpacked it.
    package static let readme = "README.md"
    /// Digests of all outputs, as coreutils read them.
    package static let checksums = "manifest-sha256.txt"
    /// The most outputs that are subjects of their own; more are covered by ``checksums``.
    package static let subjectLimit = 1000

    /// Where the outputs are.
    static let outputs = "outputs/"

    /// The path of an output.
    ///
    /// - Parameter output: the output.
    /// - Returns: its path in the crate.
    package static func path(_ output: Output) -> String { outputs + output.path }

    /// The path of a log.
    ///
    /// - Parameter log: the log.
    /// - Returns: its path in the crate.
    package static func path(_ log: LogFile) -> String { "logs/" + log.name }

    /// The file of a template: its text, or what stands in its place when that was not kept.
    ///
    /// - Parameter template: the template.
    /// - Returns: path in the crate, and bytes.
    package static func file(of template: Template) -> (path: String, bytes: [UInt8]) {
        if let text = template.text { return ("template/\(template.name).mustache", Array(text.utf8)) }
        let note = "The text of the template \(template.name) was not kept. Its digest was \(template.digest).\n"
        return ("template/\(template.name).missing.txt", Array(note.utf8))
    }

    /// Whether a path stays below the folder it is taken from, on every system.
    ///
    /// - Parameter path: a path somebody else wrote.
    /// - Returns: false for an absolute path, for empty, `.` and `..` parts, and for a NUL.
    package static func isBelow(_ path: String) -> Bool {
        // By bytes, as file systems do: a mark behind a slash makes one character with it, and it is a slash still.
        let parts = path.utf8.split(separator: 47, omittingEmptySubsequences: false)
        return !path.utf8.contains(0)
            && parts.allSatisfy { !$0.isEmpty && !$0.elementsEqual([46]) && !$0.elementsEqual([46, 46]) }
    }
}
