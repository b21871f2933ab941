import Attestation
import Foundation
import Provenance

/// Finds the files of a record by their standard names, in a folder as it was downloaded or unpacked.
struct RecordFolder {
    /// Where the names of subjects begin.
    let root: String
    private let places: [String]

    static let statusName = "status.dsse.json"
    private static let limit = 64 << 20

    /// A folder; in a bag (RFC 8493), the crate and the outputs are below `data`.
    init(_ path: String) {
        let data = path + "/data"
        let isBag = FileManager.default.fileExists(atPath: path + "/bagit.txt")
        root = isBag ? data : path
        places = isBag ? [path, data] : [path]
    }

    /// The files of the record that lie here.
    func material() throws -> VerificationMaterial {
        let signed = [ManifestForm.envelope, .bundle].compactMap { find($0.fileName) }
        return VerificationMaterial(
            signed: try signed.map(Self.file),
            crate: try find(ManifestForm.crate.fileName).map(Self.file),
            proofs: try [find(ManifestForm.proof.fileName)].compactMap { $0 }.map(Self.file),
            status: try find(Self.statusName).map(Self.file),
            folder: isFolder(root + "/outputs") ? Self.outputs(root + "/outputs") : nil
        )
    }

    private func find(_ name: String) -> String? {
        places.map { "\($0)/\(name)" }.first { FileManager.default.fileExists(atPath: $0) }
    }

    private func isFolder(_ path: String) -> Bool { Self.isFolder(path) }

    static func isFolder(_ path: String) -> Bool {
        let values = try? URL(filePath: path).resolvingSymlinksInPath().resourceValues(forKeys: [.isDirectoryKey])
        return values?.isDirectory == true
    }

    /// Reads a file of the record.
    ///
    /// - Throws: ``CommandFailure``.
    static func file(_ path: String) throws -> VerificationMaterial.File {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw CommandFailure(.invalid, "\(path) cannot be read")
        }
        defer { try? handle.close() }
        let data = try handle.read(upToCount: limit + 1) ?? Data()
        guard data.count <= limit else { throw CommandFailure(.invalid, "\(path) is too long for a file of a record") }
        return .init(name: path, bytes: Array(data))
    }

    /// A folder that holds what subjects name as `outputs/…`.
    static func outputs(_ path: String) -> VerificationMaterial.Folder {
        let names = FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []
        let files = names.filter { !isFolder("\(path)/\($0)") }.map { "outputs/\($0)" }.sorted()
        @Sendable func place(_ subject: String) -> String? {
            subject.hasPrefix("outputs/") ? "\(path)/\(subject.dropFirst(8))" : nil
        }
        return .init(
            outputs: files,
            measure: { subject in place(subject).map { Self.measure($0, below: path) } ?? .absent },
            bytes: { subject in place(subject).flatMap { try? file($0).bytes } }
        )
    }

    private static func measure(_ path: String, below folder: String) -> VerificationMaterial.Measured {
        guard FileManager.default.fileExists(atPath: path) else { return .absent }
        let (real, home) = (
            URL(filePath: path).resolvingSymlinksInPath(), URL(filePath: folder).resolvingSymlinksInPath()
        )
        guard real.path.hasPrefix(home.path + "/") else { return .unreadable("it is a link that leads elsewhere") }
        guard !isFolder(path), let handle = FileHandle(forReadingAtPath: path) else {
            return .unreadable("it cannot be read")
        }
        defer { try? handle.close() }
        var digest = SHA256Stream()
        do {
            while let chunk = try handle.read(upToCount: 1 << 20), !chunk.isEmpty { digest.update(Array(chunk)) }
        } catch {
            return .unreadable("\(error.localizedDescription)")
        }
        return .digest(digest.finish())
    }
}
