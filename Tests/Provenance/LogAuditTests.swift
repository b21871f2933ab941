import Attestation
import Testing

@testable import Provenance

/// A log in memory, as its files are served.
private struct SampleLog {
    var entries: [[UInt8]]
    var tiles: [String: [UInt8]] = [:]

    init(_ count: Int) {
        entries = (0..<count).map { index in
            let digits = "\(100_000_000_000 + index)"
            guard let id = RecordID("0b54a2a6-8a0e-4a54-9f6d-\(digits)") else { preconditionFailure() }
            let digest = Samples.digest("\(index)")
            return LogEntry(analysis: id, event: .recorded, previous: nil, statement: digest, time: Samples.moment)
                .bytes
        }
        for path in TilePath.addedEntries(from: 0, to: count) { write(entriesAt: path) }
        for path in TilePath.added(from: 0, to: count) { write(hashesAt: path) }
    }

    mutating func write(entriesAt path: TilePath) {
        let start = path.index * 256
        tiles[path.text] = (try? EntryBundle(entries: Array(entries[start..<start + path.width])))?.bytes
    }

    mutating func write(hashesAt path: TilePath) {
        guard case .hashes(let level) = path.content else { return }
        let hashes = (0..<path.width).map { offset -> TreeHash in
            let index = path.index * 256 + offset
            return MerkleTree.root(of: leaves[index << (8 * level)..<(index + 1) << (8 * level)])
        }
        tiles[path.text] = HashTile(hashes: hashes)?.bytes
    }

    var leaves: [TreeHash] { entries.map { MerkleTree.leafHash($0) } }

    func checkpoint(_ size: Int? = nil) throws -> Checkpoint {
        let size = size ?? entries.count
        return try Checkpoint(
            origin: SignedSample.origin,
            size: size,
            root: MerkleTree.root(of: leaves.prefix(size))
        )
    }

    func audit(_ head: Checkpoint, kept: [Checkpoint] = []) -> LogAuditReport {
        var audit = LogAudit(head: head, kept: kept.map { .init(name: "kept \($0.size)", checkpoint: $0) })
        for path in audit.paths { guard audit.add(path, tiles[path.text]) else { break } }
        return audit.report
    }
}

@Suite("Reading a log again")
struct LogAuditTests {
    private static let log = SampleLog(700)

    @Test(
        "A log as it was written is good, with every checkpoint of its past",
        arguments: [0, 1, 2, 255, 256, 257, 700]
    )
    func good(_ count: Int) throws {
        let log = SampleLog(count)
        let kept = try [0, 1, 255, 256, 300, 700].filter { $0 <= count }.map { try log.checkpoint($0) }
        let report = log.audit(try log.checkpoint(), kept: kept)
        #expect(report.verdict == .good, "\(report.checks)")
        #expect(report.firstWrongLeaf == nil)
    }

    @Test("An altered entry is named", arguments: [0, 255, 256, 511, 699])
    func altered(_ leaf: Int) throws {
        var log = Self.log
        let head = try log.checkpoint()
        log.entries[leaf] = Array("forged".utf8)
        for path in TilePath.addedEntries(from: 0, to: 700) { log.write(entriesAt: path) }
        let report = log.audit(head)
        #expect(report.verdict == .bad && report.firstWrongLeaf == leaf)
        #expect(
            report.checks[0].outcome == .failed("leaf \(leaf) was altered: it is not the entry that was signed")
        )
    }

    @Test("An entry altered together with its hash is found by the root, and placed by kept checkpoints and tiles")
    func alteredWithItsHash() throws {
        var log = Self.log
        let (head, kept) = (try log.checkpoint(), try [300, 500].map { try log.checkpoint($0) })
        log.entries[400] = Array("forged".utf8)
        for path in TilePath.addedEntries(from: 0, to: 700) { log.write(entriesAt: path) }
        for path in TilePath.added(from: 0, to: 700).prefix(3) { log.write(hashesAt: path) }
        let report = log.audit(head, kept: kept)
        #expect(report.verdict == .bad)
        #expect(report.checks[0].outcome == .failed("a leaf from 300 to 499 was altered"))
        #expect(log.audit(head).checks[0].outcome == .failed("a leaf from 256 to 511 was altered"))
        // A new head over the forged entries satisfies itself, and nobody who kept a checkpoint.
        for path in TilePath.added(from: 0, to: 700) { log.write(hashesAt: path) }
        #expect(log.audit(try log.checkpoint()).verdict == .good)
        let forked = log.audit(try log.checkpoint(), kept: kept)
        #expect(forked.verdict == .bad)
        #expect(forked.checks.suffix(2).map(\.name) == ["kept 300", "kept 500"])
        #expect(forked.checks.last?.outcome == .failed("the first 500 entries are not the ones it was signed for"))
    }

    @Test("A missing leaf is named: in a bundle that is gone, cut off, or of a log that shrank")
    func missing() throws {
        let head = try Self.log.checkpoint()
        var log = Self.log
        log.tiles["tile/entries/001"] = nil
        #expect(log.audit(head).firstWrongLeaf == 256)
        log = Self.log
        log.tiles["tile/entries/001"]?.removeLast(10)
        #expect(log.audit(head).verdict == .bad)
        let shorter = try EntryBundle(entries: Array(Self.log.entries[256..<500])).bytes
        log.tiles["tile/entries/001"] = shorter
        #expect(log.audit(head).firstWrongLeaf == 500)
        let shrunk = SampleLog(600)
        let report = shrunk.audit(try shrunk.checkpoint(), kept: [head])
        #expect(report.verdict == .bad && report.firstWrongLeaf == 600)
        log = Self.log
        log.entries.remove(at: 10)
        log.entries.append(Array("filler".utf8))
        for path in TilePath.addedEntries(from: 0, to: 700) { log.write(entriesAt: path) }
        #expect(log.audit(head).firstWrongLeaf == 10)
    }

    @Test("A wrong hash in a tile is no wrong entry")
    func tiles() throws {
        let head = try Self.log.checkpoint()
        for name in ["tile/0/001", "tile/0/002.p/188", "tile/1/000.p/2"] {
            var log = Self.log
            log.tiles[name]?[40] ^= 1
            let report = log.audit(head)
            #expect(report.verdict == .bad && report.firstWrongLeaf == nil, "\(name)")
            #expect(report.checks[0].outcome == .passed("all 700 entries are there"))
            log.tiles[name] = nil
            #expect(log.audit(head).verdict == .bad)
        }
    }

    @Test("An entry that points at a wrong predecessor is named; one of an unknown kind is only not understood")
    func meaning() throws {
        var log = SampleLog(3)
        let first = try LogEntry(bytes: log.entries[0])
        func next(_ previous: UInt64) -> [UInt8] {
            LogEntry(
                analysis: first.analysis,
                event: .retracted,
                previous: previous,
                statement: first.statement,
                time: first.time
            ).bytes
        }
        log.entries[2] = next(0)
        for path in TilePath.addedEntries(from: 0, to: 3) { log.write(entriesAt: path) }
        for path in TilePath.added(from: 0, to: 3) { log.write(hashesAt: path) }
        #expect(log.audit(try log.checkpoint()).verdict == .good)
        log.entries[2] = next(1)
        for path in TilePath.addedEntries(from: 0, to: 3) { log.write(entriesAt: path) }
        for path in TilePath.added(from: 0, to: 3) { log.write(hashesAt: path) }
        #expect(log.audit(try log.checkpoint()).verdict == .bad)
        log.entries[2] = Array("{}".utf8)
        for path in TilePath.addedEntries(from: 0, to: 3) { log.write(entriesAt: path) }
        for path in TilePath.added(from: 0, to: 3) { log.write(hashesAt: path) }
        #expect(log.audit(try log.checkpoint()).verdict == .good)
    }

    @Test("A checkpoint is believed when a known key of its log signed it that is not revoked")
    func signatures() throws {
        let checkpoint = try Self.log.checkpoint()
        let note = Array(try checkpoint.signed(by: SignedSample.logKey).note.utf8)
        let key = try VerifierKey(name: SignedSample.origin, kind: .note, publicKey: SignedSample.logKey.publicKey)
        let revoked = KeyTime(from: nil, until: nil, revokedAt: Samples.moment)
        func outcome(_ keys: [TrustedLogKey], isNow: Bool = true) throws -> VerificationReport.Outcome {
            try LogCheckpoint.read(note, name: "it", keys: keys, isNow: isNow).check.outcome
        }
        let good = VerificationReport.Outcome.passed("700 entries of gw.example.org/log")
        #expect(try outcome([TrustedLogKey(key)]) == good)
        #expect(try outcome([TrustedLogKey(key, time: revoked)], isNow: false) == good)
        #expect(try outcome([]) == .notChecked("no key of the log was given"))
        let stranger = try VerifierKey(
            name: SignedSample.origin,
            kind: .note,
            publicKey: SignedSample.stranger.publicKey
        )
        let other = try VerifierKey(name: "x/log", kind: .note, publicKey: SignedSample.logKey.publicKey)
        for keys in [[TrustedLogKey(stranger)], [TrustedLogKey(other)], [TrustedLogKey(key, time: revoked)]] {
            guard case .failed = try outcome(keys) else { return #expect(Bool(false)) }
        }
        #expect(LogCheckpoint.note(of: Array(try SignedSample().proof.file.utf8)).starts(with: note.prefix(18)))
        #expect(throws: VerificationDemandFault.self) {
            try LogCheckpoint.read(Array("x".utf8), name: "it", keys: [], isNow: true)
        }
    }
}
