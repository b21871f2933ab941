import Foundation

/// The folder outputs are downloaded into.
struct OutputFolder {
    /// As the person gave it; it is made if it is missing.
    let path: String

    /// Makes the folders on the way and answers where the file belongs.
    /// - Throws: `CommandFailure` when a symbolic link below the folder would lead elsewhere, or on a file error.
    func place(_ output: OutputPath) throws -> String {
        let files = FileManager.default
        do {
            try files.createDirectory(atPath: path, withIntermediateDirectories: true)
            var place = path
            for part in output.parts.dropLast() {
                place += "/" + part
                switch kind(place) {
                case .typeSymbolicLink?:
                    throw CommandFailure(.invalid, "'\(printable(place))' is a symbolic link; it may lead elsewhere")
                case nil: try files.createDirectory(atPath: place, withIntermediateDirectories: false)
                default: continue
                }
            }
            return place + "/" + (output.parts.last ?? "")
        } catch let error as CocoaError {
            throw CommandFailure(.invalid, "'\(printable(path))' cannot be written: \(error.localizedDescription)")
        }
    }

    /// Gives a complete file its name; a file or link that has it makes way, a folder does not.
    /// - Throws: `CommandFailure` when the name is a folder's, or on a file error.
    func put(_ file: String, at place: String) throws {
        let files = FileManager.default
        let kind = kind(place)
        guard kind != .typeDirectory else {
            throw CommandFailure(.invalid, "'\(printable(place))' is a folder and stays as it is")
        }
        do {
            if kind != nil { try files.removeItem(atPath: place) }
            try files.moveItem(atPath: file, toPath: place)
        } catch let error as CocoaError {
            throw CommandFailure(.invalid, "'\(printable(place))' cannot be written: \(error.localizedDescription)")
        }
    }

    /// The kind of what is there, a link itself and not its goal; `nil` when nothing is.
    private func kind(_ place: String) -> FileAttributeType? {
        (try? FileManager.default.attributesOfItem(atPath: place))?[.type] as? FileAttributeType
    }
}
