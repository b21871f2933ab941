import Documents
import Foundation
import TestSupport
import Testing

@testable import RadioSky

/// astropy and numpy judge files of ours.
enum Referee {
    /// What they say of an image: `ok`, or what is wrong.
    static func verdict(_ image: SkyImage, _ numbers: JSONValue) async throws -> String {
        let python = try #require(
            ProcessInfo.processInfo.environment["FARFIELD_TEST_PYTHON"],
            "FARFIELD_TEST_PYTHON is not set: run ./scripts/test, which installs astropy for the tests"
        )
        let script = try #require(
            Bundle.module.url(forResource: "referee", withExtension: "py", subdirectory: "Fixtures")
        )
        let folder = FileManager.default.temporaryDirectory.appending(path: "farfield-sky-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, bytes) in files(image, numbers) { try Data(bytes).write(to: folder.appending(path: name)) }
        // A file, not a pipe: Python writes a traceback in so many small pieces that they fill one.
        let words = folder.appending(path: "words")
        try Data().write(to: words)
        let output = try FileHandle(forWritingTo: words)
        let descriptor = output.fileDescriptor
        let child = try ChildProcess(python, [script.path, folder.path], output: descriptor, errors: descriptor)
        await child.ended()
        try output.close()
        let said = String(decoding: try Data(contentsOf: words), as: UTF8.self)
        return String(said.suffix(400)).trimmingCharacters(in: .newlines)
    }

    /// Words that a model may write.
    private static func strange(_ image: SkyImage) -> Anomaly {
        Anomaly(
            kind: .rfiResidual,
            position: image.imaging.observation.centre,
            column: 1,
            row: 1,
            peakMillijanskys: -1e-7,
            signalToNoise: 1e-20,
            severity: .low,
            description: " </TD>&amp; \"quoted\", it's\nà stripe; # no: comment\t\u{0} "
        )
    }

    private static func files(_ image: SkyImage, _ numbers: JSONValue) -> [(String, [UInt8])] {
        let anomalies = AnomalySearch.anomalies(in: image) + [strange(image)]
        let report = QAReport(imaging: image.imaging, anomalies: anomalies, decisions: [])
        let (sources, table) = (image.imaging.catalogue, image.table(of: anomalies))
        return [
            ("image.fits", image.fits()), ("preview.png", image.preview()),
            ("sources.vot", sources.voTable()), ("sources.ecsv", sources.ecsv()),
            ("anomalies.vot", table.voTable()), ("anomalies.ecsv", table.ecsv()),
            ("report.json", report.json().jsonBytes()), ("numbers.json", numbers.jsonBytes()),
        ]
    }
}
