import Slurm
import Testing

@Suite struct ShellWordTests {
    @Test(arguments: ["/bin/sh", "/bin/bash"])
    func everyValueReadsBackAsItWas(shell: String) async throws {
        var generator = Seeded(state: 42)
        let values = Hostile.values + (0..<200).map { _ in generator.text() }
        let words = try values.map { try ShellWord.quote($0) }.joined(separator: " ")
        let ended = try await execute([shell, "-s"], input: Array("printf '%s\\0' \(words)\n".utf8))
        let read = ended.standardOutput.split(separator: 0, omittingEmptySubsequences: false).dropLast().map {
            Array($0)
        }
        #expect(read == values.map { Array($0.utf8) })
    }

    @Test func refusesNUL() {
        #expect(throws: SlurmError.self) { try ShellWord.quote("a\0b") }
    }
}

/// A small generator of the same texts on every run.
struct Seeded {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }

    /// Up to 30 characters that shells care about.
    mutating func text() -> String {
        let alphabet = Array("'\"\\$`(){}[]<>|&;*?~#!= \n\r\tab-é\u{2028}")
        return String((0..<(next() % 30)).map { _ in alphabet[Int(next() % UInt64(alphabet.count))] })
    }
}
