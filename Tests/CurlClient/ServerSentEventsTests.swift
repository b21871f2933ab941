import Testing

@testable import CurlClient

struct ServerSentEventsTests {
    private func events(_ text: String) throws -> [ServerSentEvents.Event] {
        var reader = ServerSentEvents()
        return try reader.append(text.utf8)
    }

    @Test func theExamplesOfTheStandard() throws {
        #expect(try events("data: YHOO\ndata: +2\ndata: 10\n\n").map(\.data) == ["YHOO\n+2\n10"])
        // A comment, an id, an id that is taken back, a second space that is kept.
        let four = ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"
        #expect(
            try events(four) == [
                .init(id: "1", type: "message", data: "first event"),
                .init(id: "", type: "message", data: "second event"),
                .init(id: "", type: "message", data: " third event"),
            ]
        )
        // An empty data line is an event; the last block lacks its empty line.
        #expect(try events("data\n\ndata\ndata\n\ndata:").map(\.data) == ["", "\n"])
        #expect(try events("data:test\n\ndata: test\n\n").map(\.data) == ["test", "test"])
    }

    @Test(arguments: ["\n", "\r", "\r\n"])
    func everyLineEnd(end: String) throws {
        let text = ["event: job.state", "id: 7", "data: a", "data: b", "", "data: c", "", ""].joined(separator: end)
        #expect(
            try events(text) == [
                .init(id: "7", type: "job.state", data: "a\nb"), .init(id: "7", type: "message", data: "c"),
            ]
        )
    }

    @Test(arguments: ["\n", "\r", "\r\n"])
    func cutAnywhereItReadsTheSame(end: String) throws {
        let text = "\u{FEFF}id: 1\(end)event: é\(end)data: ü😀\(end)\(end): x\(end)data: y\(end)\(end)"
        let bytes = Array(text.utf8)
        let whole = try events(text)
        #expect(whole.map(\.data) == ["ü😀", "y"])
        for cut in 0...bytes.count {
            var reader = ServerSentEvents()
            #expect(try reader.append(bytes[..<cut]) + reader.append(bytes[cut...]) == whole)
        }
        var reader = ServerSentEvents()
        #expect(try bytes.flatMap { try reader.append([$0]) } == whole)
    }

    @Test func onlyTheFirstByteOrderMarkIsDropped() throws {
        #expect(try events("\u{FEFF}data: a\n\n\u{FEFF}data: b\n\n").map(\.data) == ["a"])
    }

    @Test func anIDHoldsOnlyOnceItsEventIsComplete() throws {
        var reader = ServerSentEvents(lastEventID: "3")
        _ = try reader.append("id: 4\ndata: a\n".utf8)
        #expect(reader.lastEventID == "3")
        _ = try reader.append("\n".utf8)
        #expect(reader.lastEventID == "4")
        #expect(try reader.append("id: 5\0\ndata: b\n\n".utf8).map(\.id) == ["4"])
    }

    @Test func retryTakesDigitsOnly() throws {
        var reader = ServerSentEvents()
        _ = try reader.append("retry: 1500\nretry: 2s\nretry:\nretry: -1\nretry: 99999999999\n".utf8)
        #expect(reader.reconnectionTime == .milliseconds(1500))
    }

    @Test func anEventWithoutDataIsNotOne() throws {
        #expect(try events("event: only\nid: 1\n\ndata: x\n\n") == [.init(id: "1", type: "message", data: "x")])
    }

    @Test func whatNeverEndsIsRefused() {
        var longLine = ServerSentEvents(limit: 10)
        #expect(throws: ServerSentEvents.TooLong(limit: 10)) { try longLine.append("data: 12345".utf8) }
        var manyLines = ServerSentEvents(limit: 10)
        #expect(throws: ServerSentEvents.TooLong.self) {
            for _ in 0..<10 { _ = try manyLines.append("data:a\n".utf8) }
        }
    }
}
