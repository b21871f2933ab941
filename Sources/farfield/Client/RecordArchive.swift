import Attestation
import Foundation
import Provenance

/// The files of a record in an archive as it was downloaded: a bag in a ZIP file that packs nothing.
struct RecordArchive {
    private let path: String
    private let entries: [String: ZipDirectory.Entry]
    private let bag: String

    /// Reads the archive's directory.
    ///
    /// - Throws: ``CommandFailure``.
    init(_ path: String) throws {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw CommandFailure(.invalid, "\(path) cannot be read")
        }
        defer { try? handle.close() }
        do {
            let size = Int64(try handle.seekToEnd())
            let directory = try ZipDirectory(size: size) { offset, count in
                try handle.seek(toOffset: UInt64(offset))
                return Array(try handle.read(upToCount: count) ?? Data())
            }
            entries = Dictionary(uniqueKeysWithValues: directory.entries.map { ($0.name, $0) })
        } catch {
            throw CommandFailure(.invalid, "\(path): \(error)")
        }
        let declarations = entries.keys.filter { $0.hasSuffix("/bagit.txt") && !$0.dropLast(10).contains("/") }
        guard let declaration = declarations.first, declarations.count == 1 else {
            throw CommandFailure(.invalid, "\(path) holds no record: there is no bagit.txt in its one folder")
        }
        bag = String(declaration.dropLast(9))
        self.path = path
    }

    /// Whether a file begins as ZIP archives do.
    static func isOne(_ path: String) -> Bool {
        guard let handle = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? handle.close() }
        return (try? handle.read(upToCount: 4)).map { Array($0) } == [0x50, 0x4b, 3, 4]
    }

    /// The files of the record.
    func material() throws -> VerificationMaterial {
        let signed = [ManifestForm.envelope, .bundle].compactMap { find($0.fileName) }
        return VerificationMaterial(
            signed: try signed.map(file),
            crate: try find(ManifestForm.crate.fileName).map(file),
            proofs: try [find(ManifestForm.proof.fileName)].compactMap { $0 }.map(file),
            status: try find(RecordFolder.statusName).map(file),
            folder: outputs
        )
    }

    private func find(_ name: String) -> ZipDirectory.Entry? { entries[bag + name] ?? entries["\(bag)data/\(name)"] }

    private func file(_ entry: ZipDirectory.Entry) throws -> VerificationMaterial.File {
        guard entry.size <= 64 << 20 else {
            throw CommandFailure(.invalid, "\(entry.name) is too long for a file of a record")
        }
        var bytes: [UInt8] = []
        try Self.read(entry, of: path) { bytes += $0 }
        return .init(name: entry.name, bytes: bytes)
    }

    private var outputs: VerificationMaterial.Folder? {
        let data = bag + "data/"
        let names = entries.keys.filter { $0.hasPrefix(data + "outputs/") }.map { String($0.dropFirst(data.count)) }
        guard !names.isEmpty else { return nil }
        let (entries, path) = (entries, path)
        return .init(outputs: names.sorted()) { name in
            guard let entry = entries[data + name] else { return .absent }
            var digest = SHA256Stream()
            do {
                try Self.read(entry, of: path) { digest.update($0) }
            } catch {
                return .unreadable("\(error)")
            }
            return .digest(digest.finish())
        }
    }

    private static func read(_ entry: ZipDirectory.Entry, of path: String, _ take: ([UInt8]) -> Void) throws {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw CommandFailure(.invalid, "\(path) cannot be read")
        }
        defer { try? handle.close() }
        try handle.seek(toOffset: UInt64(entry.offset))
        var rest = entry.size
        while rest > 0 {
            let piece = try handle.read(upToCount: Int(min(rest, 1 << 20))) ?? Data()
            guard !piece.isEmpty else { throw CommandFailure(.invalid, "\(path) ends within \(entry.name)") }
            rest -= Int64(piece.count)
            take(Array(piece))
        }
    }
}
