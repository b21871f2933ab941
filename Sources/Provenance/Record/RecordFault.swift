/// What is wrong with a document of a record, and where.
package struct RecordFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// Which document.
    package let document: String
    /// JSON Pointer (RFC 6901) to the value; empty for the whole document.
    package let path: String
    /// What is wrong.
    package let message: String

    package var description: String { "\(document)\(path.isEmpty ? "" : " at \(path)"): \(message)" }

    init(_ document: String, _ path: String = "", _ message: String) {
        self.document = document
        self.path = path
        self.message = message
    }
}
