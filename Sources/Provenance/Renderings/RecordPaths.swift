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

    /// The path of an output.
    ///
    /// - Parameter output: the output.
    /// - Returns: its path in the crate.
    package static func path(_ output: Output) -> String { "outputs/" + output.path }

    /// The path of a log.
    ///
    /// - Parameter log: the log.
    /// - Returns: its path in the crate.
    package static func path(_ log: LogFile) -> String { "logs/" + log.name }

    /// The path of a template's text.
    ///
    /// - Parameter template: the template.
    /// - Returns: its path in the crate.
    package static func path(_ template: Template) -> String { "template/\(template.name).mustache" }
}
