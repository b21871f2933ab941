import Foundation

@testable import Provenance

/// The crate of a record unpacked in a folder of its own, as somebody would have it after a download.
struct SampleFolder {
    let path: String

    init(_ sample: Samples.Sample, below parent: String) throws {
        path = parent + "/" + sample.name
        let manifest = sample.manifest
        try write(RecordPaths.crate, CrateRendering(manifest).bytes)
        try write(RecordPaths.readme, ReadmeRendering(manifest).bytes)
        let template = RecordPaths.file(of: manifest.program.template)
        try write(template.path, template.bytes)
        for output in manifest.outputs { try write(RecordPaths.path(output), Array(output.path.utf8)) }
        for log in manifest.logs { try write(RecordPaths.path(log), Array(log.name.utf8)) }
    }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        let url = URL(fileURLWithPath: path).appendingPathComponent(name)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }
}

/// A folder that is removed when the test ends.
final class ScratchFolder {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("farfield-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
