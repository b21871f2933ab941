import Documents
import Gateway
import Logging
import Synchronization
import Testing

/// What a handler has written.
private final class Sink: Sendable {
    private let written = Mutex<[String]>([])

    var lines: [String] { written.withLock { $0 } }

    func take(_ line: String) { written.withLock { $0.append(line) } }
}

@Suite("Log lines")
struct LogFormatTests {
    private static let time = Timestamp(microseconds: 1_763_668_391_123_456)

    private func logger(_ format: LogFormat, level: Logger.Level = .info) -> (Logger, Sink) {
        let sink = Sink()
        let logger = Logger(label: "test") { _ in
            LineLogHandler(
                format: format,
                level: level,
                provider: LogContext.provider,
                keeper: TimeKeeper { Self.time },
                write: { sink.take($0) }
            )
        }
        return (logger, sink)
    }

    @Test("as text: time, level, message, fields in order")
    func text() {
        let (logger, sink) = logger(.text)
        logger.notice("site is up", metadata: ["site": "a", "reason": "two words"])
        #expect(sink.lines == ["2025-11-20T19:53:11.123Z notice: site is up reason=\"two words\" site=a\n"])
    }

    @Test("as JSON: one object, with the fields of the work that logs it")
    func json() async throws {
        let (plain, sink) = logger(.json)
        var logger = plain
        logger[metadataKey: "site"] = "a"
        await LogContext.with(["request.id": "r1", "task.id": "1"]) {
            await LogContext.with(["task.id": "2"]) {
                logger.info("connected", metadata: ["time": "mine"])
            }
        }
        logger.info("later")
        let first = try JSONValue(json: sink.lines[0].utf8)
        #expect(
            first == [
                "time": "2025-11-20T19:53:11.123Z", "level": "info", "message": "connected", "site": "a",
                "request.id": "r1", "task.id": "2", "time_": "mine",
            ]
        )
        #expect(try JSONValue(json: sink.lines[1].utf8)["request.id"] == nil)
    }

    @Test("a text from elsewhere cannot end the line, move the cursor or hide", arguments: LogFormat.allCases)
    func hostile(format: LogFormat) throws {
        let (logger, sink) = logger(format)
        let hostile = "a\nb\r\u{1B}[2J\u{0}\u{7F}\u{85}\u{2028}\u{202E}\u{E0041}\"\\ é漢😀"
        logger.info("x\ny", metadata: ["value": "\(hostile)", "key\n": "1"])
        let line = try #require(sink.lines.first)
        #expect(sink.lines.count == 1 && line.hasSuffix("\n"))
        for scalar in line.dropLast().unicodeScalars {
            let category = scalar.properties.generalCategory
            #expect(![.control, .format, .lineSeparator, .paragraphSeparator].contains(category), "\(scalar.value)")
        }
        #expect(line.contains("é漢😀"))
        if format == .json {
            #expect(try JSONValue(json: line.utf8)["value"]?.stringValue == hostile)
        }
    }

    @Test(
        "secrets are blotted out",
        arguments: [
            ("postgresql://farfield:s3cret@db/x", "postgresql://farfield:[secret]@db/x"),
            ("Authorization: Bearer s3cret", "Authorization: Bearer [secret]"),
            ("host=db password=s3cret dbname=x", "host=db password=[secret] dbname=x"),
            ("token ff_0123456789abcdef0123456789abcdef s3", "token ff_[secret] s3"),
            ("ff-job_01-1 at http://127.0.0.1:8700/x", "ff-job_01-1 at http://127.0.0.1:8700/x"),
        ]
    )
    func secrets(said: String, shown: String) throws {
        let (logger, sink) = logger(.json)
        logger.info("\(said)", metadata: ["error": "\(said)"])
        let line = try JSONValue(json: try #require(sink.lines.first).utf8)
        #expect(line["message"]?.stringValue == shown)
        #expect(line["error"]?.stringValue == shown)
    }

    @Test("below the level nothing is written")
    func level() {
        let (logger, sink) = logger(.text, level: .warning)
        logger.info("x")
        #expect(sink.lines.isEmpty)
    }
}
