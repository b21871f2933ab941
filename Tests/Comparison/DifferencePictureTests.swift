import Comparison
import Foundation
import TestSupport
import Testing

@Suite("Pictures of differences")
struct DifferencePictureTests {
    private func table(_ rows: [(Double, Double, Double)]) -> Table {
        Table(columns: [
            Column("ra", cells: rows.map { .real($0.0) }), Column("dec", cells: rows.map { .real($0.1) }),
            Column("score", cells: rows.map { .real($0.2) }),
        ])
    }

    @Test("A chart of the sky has a mark for every row and tells the counts")
    func sky() throws {
        let old = (0..<200).map { index -> (Double, Double, Double) in
            (10 + Double(index % 20) * 0.05, -30 + Double(index / 20) * 0.05, 1)
        }
        var new = old
        new[3].2 = 2
        new[50].1 += 0.5 / 3600
        new.remove(at: 100)
        new.append((10.5, -29.4, 1))
        let found = try TableComparer(rules: FileRules()).compare(table(old), table(new))
        let picture = try #require(DifferencePicture.sky(found))
        // One mark for each row, and one in the legend.
        #expect(picture.ranges(of: "<use href=\"#same\"").count == 198)
        for kind in ["changed", "moved", "added", "removed"] {
            #expect(picture.ranges(of: "<use href=\"#\(kind)\"").count == 2, "\(kind)")
        }
        #expect(picture.contains("Original 200 rows, new 200: 199 matched, 1 gone, 1 new, 1 moved, and 1 differs"))
        let plain = try TableComparer(rules: FileRules()).compare(Table(columns: []), Table(columns: []))
        #expect(DifferencePicture.sky(plain) == nil)
    }

    @Test("East is left and north is up, also south of the equator and over the whole sky", arguments: [-60.0, 60.0])
    func orientation(_ declination: Double) throws {
        for width in [1.0, 120.0] {
            let rows = [(0.0, declination, 1.0), (width, declination, 1.0), (0.0, declination + 1, 1.0)]
            let found = try TableComparer(rules: FileRules()).compare(table(rows), table(rows))
            let picture = try #require(DifferencePicture.sky(found))
            let places = picture.matches(of: /<use href="#same" x="([0-9.]+)" y="([0-9.]+)"/)
                .compactMap { match in Double(match.1).flatMap { x in Double(match.2).map { (x, $0) } } }
            #expect(places[1].0 < places[0].0, "\(width)")
            #expect(places[2].1 < places[0].1, "\(width)")
        }
    }

    @Test("A difference map is a PNG that others can read")
    func map() async throws {
        let values = (0..<(300 * 200)).map { Double($0 % 300) }
        var changed = values
        changed[0] += 5
        changed[299] -= 5
        changed[300 * 199] = .nan
        for index in 30_000..<30_100 { changed[index] += Double(index % 10) }
        let (old, new) = (
            FITSImage(shape: [300, 200], values: values), FITSImage(shape: [300, 200], values: changed)
        )
        let picture = try #require(DifferencePicture.image(old, new))
        let python = try #require(ProcessInfo.processInfo.environment["FARFIELD_TEST_PYTHON"])
        let file = FileManager.default.temporaryDirectory.appending(path: "difference-\(UUID()).png")
        try Data(picture).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let script = try #require(
            Bundle.module.url(forResource: "read_png", withExtension: "py", subdirectory: "Fixtures")
        )
        let pipe = ChildPipe()
        let child = try ChildProcess(python, [script.path, file.path], output: pipe.writing.fileDescriptor)
        #expect(await child.ended() == 0)
        try pipe.writing.close()
        let told = String(decoding: try pipe.reading.readToEnd() ?? Data(), as: UTF8.self)
        // The lower left pixel is the first of the file: more is red, less is blue, not a number any more is black.
        #expect(told == "300 200 red blue black white\n")
    }

    @Test("Images of different shapes have no map")
    func shapes() {
        let (old, new) = (FITSImage(shape: [1, 2], values: [1, 2]), FITSImage(shape: [2, 1], values: [1, 2]))
        #expect(DifferencePicture.image(old, new) == nil)
    }
}
