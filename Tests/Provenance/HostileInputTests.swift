import Attestation
import Documents
import Testing

@testable import Provenance

/// Whatever arrives, a reader answers with a value or a fault.
@Suite("Readers before hostile bytes")
struct HostileInputTests {
    private struct Reader {
        let name: String
        let valid: [[UInt8]]
        /// What the bytes mean, written out again; nil when they are refused.
        let rewritten: ([UInt8]) -> [UInt8]?
    }

    private static var readers: [Reader] {
        let records = [Samples.failed, Samples.hostile]
        let crates = records.map { CrateRendering($0).bytes }
        let statements = records.map { StatementRendering($0).bytes(crate: SHA256Digest(of: CrateRendering($0).bytes)) }
        return [
            Reader(name: "statement", valid: statements) { (try? SignedRecord(payload: $0)) == nil ? nil : $0 },
            Reader(name: "crate", valid: crates) { (try? CrateDocument(bytes: $0)) == nil ? nil : $0 },
            Reader(name: "status", valid: [StatusTests.retracted.bytes, StatusTests.current.bytes]) {
                (try? StatusStatement(payload: $0))?.bytes
            },
            Reader(name: "log entry", valid: LogEntryTests.entries.map(\.bytes)) { (try? LogEntry(bytes: $0))?.bytes },
            Reader(name: "checksums", valid: records.map { ChecksumList($0).bytes }) { ChecksumList(bytes: $0)?.bytes },
        ]
    }

    @Test("Mutated documents are refused or mean exactly their own bytes")
    func mutations() {
        for (index, reader) in Self.readers.enumerated() {
            for seed in 0..<200 {
                var random = SeededNumbers(seed: UInt64(index * 1_000_000 + seed))
                var bytes = reader.valid.randomElement(using: &random) ?? []
                for _ in 0..<Int.random(in: 1...3, using: &random) { Self.mutate(&bytes, using: &random) }
                if let rewritten = reader.rewritten(bytes) {
                    #expect(rewritten == bytes, "\(reader.name), seed \(seed)")
                }
            }
        }
    }

    @Test("Noise is refused")
    func noise() {
        for reader in Self.readers {
            for seed in 0..<300 {
                var random = SeededNumbers(seed: UInt64(seed))
                let alphabet = seed % 2 == 0 ? Array(0...255) : Array("{}[]\",:\\u0e-123 tfn/_@".utf8)
                let count = Int.random(in: 1...300, using: &random)
                let bytes = (0..<count).map { _ in alphabet.randomElement(using: &random) ?? 0 }
                #expect(reader.rewritten(bytes) == nil, "\(reader.name), seed \(seed)")
            }
            let deep = Array(String(repeating: "[", count: 100_000).utf8)
            #expect(reader.rewritten(deep) == nil)
        }
    }

    private static func mutate(_ bytes: inout [UInt8], using random: inout SeededNumbers) {
        guard !bytes.isEmpty else { return }
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(Array("\"\\{}[],:0\u{0}/".utf8).randomElement(using: &random) ?? 0, at: place)
        case 3: bytes.removeSubrange(place...)
        default:
            let other = Int.random(in: 0..<bytes.count, using: &random)
            bytes.insert(contentsOf: bytes[min(place, other)..<max(place, other)].prefix(64), at: place)
        }
    }
}
