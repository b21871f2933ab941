import Foundation

/// A manifest as it was read, with the media type to send it under.
struct ManifestFile {
    /// The file's name as it was given, for messages.
    let name: String
    /// What stood in it.
    let bytes: [UInt8]
    /// `application/json` or `application/yaml`.
    let contentType: String

    /// Reads a file, or standard input for `-`.
    /// - Throws: `CommandFailure` when it cannot be read or is empty.
    init(reading path: String) throws {
        name = path == "-" ? "standard input" : path
        do {
            let data =
                try path == "-"
                ? FileHandle.standardInput.readToEnd() ?? Data()
                : Data(contentsOf: URL(filePath: path))
            bytes = Array(data)
        } catch {
            throw CommandFailure(.invalid, "\(name) cannot be read: \(Self.explain(error))")
        }
        contentType = Self.contentType(path, bytes)
    }

    /// By the extension, or else by the first character: a YAML manifest does not begin with a brace.
    static func contentType(_ path: String, _ bytes: [UInt8]) -> String {
        let path = path.lowercased()
        if path.hasSuffix(".json") { return "application/json" }
        if path.hasSuffix(".yaml") || path.hasSuffix(".yml") { return "application/yaml" }
        let first = bytes.first { ![0x20, 0x09, 0x0a, 0x0d].contains($0) }
        return first == UInt8(ascii: "{") ? "application/json" : "application/yaml"
    }

    private static func explain(_ error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile, .fileNoSuchFile: "there is no such file"
        case .fileReadNoPermission: "permission denied"
        default: error.localizedDescription
        }
    }
}
