import Foundation

/// The files of this checkout, as text.
struct SourceTree {
    /// A Swift file.
    struct File {
        /// Path below the checkout, such as `Sources/Gateway/Jobs/Job.swift`.
        let path: String
        let lines: [String]

        var name: String { String(path.split(separator: "/").last ?? "") }
        var module: String { String(path.split(separator: "/").dropFirst().first ?? "") }
        /// Lines without comments that take the whole line.
        let code: [(number: Int, text: String)]

        init(path: String, lines: [String]) {
            self.path = path
            self.lines = lines
            code = lines.enumerated().filter { !$0.element.drop { $0 == " " }.hasPrefix("//") }
                .map { (number: $0.offset + 1, text: $0.element) }
        }
    }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    let sources: [File]
    let tests: [File]

    init() throws {
        sources = try Self.swiftFiles(below: "Sources")
        tests = try Self.swiftFiles(below: "Tests")
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }

    private static func swiftFiles(below folder: String) throws -> [File] {
        let paths =
            FileManager.default.enumerator(atPath: root.appendingPathComponent(folder).path)?
            .compactMap { $0 as? String }.filter { $0.hasSuffix(".swift") }.sorted() ?? []
        return try paths.map { path in
            let text = try text("\(folder)/\(path)")
            return File(
                path: "\(folder)/\(path)",
                lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            )
        }
    }
}
