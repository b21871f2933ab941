import Foundation
import Slurm

/// The templates that ship, read from the tree.
enum Templates {
    static let names = ["array", "container", "cpu", "gpu", "mpi", "python"]

    static func named(_ name: String) throws -> BatchTemplate {
        try BatchTemplate(name: name, text: text(name))
    }

    static func text(_ name: String) throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent("templates/\(name).mustache"), encoding: .utf8)
    }
}
