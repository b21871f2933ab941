import Attestation
import Testing

@testable import Provenance

@Suite("Entries of the log")
struct LogEntryTests {
    static let entries = [
        LogEntry(
            analysis: Samples.published.id,
            event: .published,
            previous: nil,
            statement: Samples.digest("statement"),
            time: Samples.moment
        ),
        LogEntry(
            analysis: Samples.published.id,
            event: .retracted,
            previous: LogEntry.largestIndex,
            statement: Samples.digest("event"),
            time: Samples.later(1)
        ),
        LogEntry(analysis: nil, event: .keyAdded, previous: 3, statement: Samples.digest("key"), time: Samples.moment),
    ]

    @Test("An entry is canonical JSON of a few hundred bytes, and is read as it was written")
    func roundTrip() throws {
        for entry in Self.entries {
            #expect(try LogEntry(bytes: entry.bytes) == entry)
            #expect(entry.bytes.count < 300)
        }
        let text = String(decoding: Self.entries[0].bytes, as: UTF8.self)
        #expect(
            text == #"{"analysis":"0b54a2a6-8a0e-4a54-9f6d-3a0a9cd1b7e1","event":"published","previous":null,"#
                + #""statement":"\#(Samples.digest("statement"))","time":"2026-11-20T19:36:05.123Z","v":1}"#
        )
    }

    @Test("Other bytes are no entry")
    func refused() {
        let text = String(decoding: Self.entries[0].bytes, as: UTF8.self)
        let changes = [
            ("published", "forgotten"), ("\"v\":1", "\"v\":2"), ("\"previous\":null", "\"previous\":-1"),
            ("\"previous\":null", "\"previous\":9007199254740992"), ("\"previous\":null", "\"previous\":1.5"),
            ("\"v\":1", "\"v\":1,\"w\":1"), ("0b54a2a6", "0B54A2A6"), ("{", "{ "), ("sha256:", "sha512:"),
            ("\"published\"", "\"key-added\""), (#""0b54a2a6-8a0e-4a54-9f6d-3a0a9cd1b7e1""#, "null"),
            (".123Z", ".123+00:00"),
        ]
        for (old, new) in changes {
            let changed = text.replacing(old, with: new)
            #expect(changed != text)
            #expect(throws: RecordFault.self, "\(new)") { try LogEntry(bytes: Array(changed.utf8)) }
        }
        #expect(throws: RecordFault.self) { try LogEntry(bytes: Self.entries[0].bytes + [10]) }
    }
}
