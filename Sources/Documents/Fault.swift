/// One thing wrong in a document: where, what, and what would be right.
package struct Fault: Sendable, Hashable, Codable {
    /// JSON Pointer (RFC 6901) to the value, such as `/resources/walltime`; empty for the whole document.
    package let path: String
    /// What is wrong.
    package let message: String
    /// What would be right.
    package let expected: String
    /// The line in the text, counted from 1, where known.
    package let line: Int?

    /// A fault.
    package init(path: String, message: String, expected: String, line: Int? = nil) {
        self.path = path
        self.message = message
        self.expected = expected
        self.line = line
    }
}

extension Fault: CustomStringConvertible {
    package var description: String {
        let place = path.isEmpty ? "document" : path
        let shown = expected.isEmpty ? "\(place): \(message)" : "\(place): \(message); expected \(expected)"
        return line.map { "line \($0): \(shown)" } ?? shown
    }
}

/// Faults gathered while one document is read, so that all of them are told in one pass.
package final class FaultCollector {
    /// The faults so far, in reading order.
    package private(set) var faults: [Fault] = []
    private let lines: [String: Int]

    /// An empty collection.
    ///
    /// - Parameter lines: the line of each pointer, where the text had lines.
    package init(lines: [String: Int] = [:]) { self.lines = lines }

    /// Notes a fault.
    package func add(_ path: String, _ message: String, expected: String) {
        faults.append(Fault(path: path, message: message, expected: expected, line: line(of: path)))
    }

    /// The line of the nearest place that has one.
    private func line(of path: String) -> Int? {
        var place = Substring(path)
        while true {
            if let line = lines[String(place)] { return line }
            guard let slash = place.lastIndex(of: "/") else { return nil }
            place = place[..<slash]
        }
    }
}
