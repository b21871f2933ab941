import Foundation
import Testing

@testable import LanguageModels

/// A file of `Fixtures/Transcripts`: what it stands for, the status and fields, the body.
struct Transcript {
    let body: [UInt8]
    let isEvents: Bool
    let isWhole: Bool

    init(_ name: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let bytes = Array(try Data(contentsOf: folder.appending(path: "Fixtures/Transcripts/\(name).txt")))
        let parts = bytes.split(separator: 0x0a, maxSplits: 2, omittingEmptySubsequences: false)
        try #require(parts.count == 3 && parts[0].starts(with: "# ".utf8), "\(name) does not say what it stands for")
        let answer = String(decoding: parts[1], as: UTF8.self)
        isEvents = answer.contains("event-stream")
        isWhole = answer.contains("application/json")
        body = Array(parts[2])
    }

    /// The reader that a driver would use.
    func reader(limit: Int = LineSplitter.usualLimit) -> ReplyReader {
        guard isEvents else {
            return ReplyReader(isWhole ? WholeBody(limit: limit) : LineSplitter(limit: limit), OllamaReply())
        }
        return ReplyReader(EventSplitter(limit: limit), OpenAIReply())
    }
}

/// Everything that came of a generation.
struct Outcome: Equatable {
    var events: [ModelEvent] = []
    var failure: ModelFailure?

    var text: String {
        events.map { event in if case .text(let text) = event { text } else { "" } }.joined()
    }

    var finish: ModelFinish? {
        guard case .finish(let finish)? = events.last else { return nil }
        return finish
    }

    /// A failure's code, or `finish` and why.
    var end: String { failure?.code ?? finish.map { "finish.\($0.reason.rawValue)" } ?? "no end" }

    /// Exactly one end: a finish which is last, or a failure without any finish.
    var hasOneEnd: Bool {
        let finishes = events.indices.filter { index in if case .finish = events[index] { true } else { false } }
        return failure == nil ? finishes == [events.count - 1] : finishes.isEmpty
    }

    init() {}

    /// What a reader makes of a body that comes in these pieces.
    init(_ pieces: [[UInt8]], _ start: ReplyReader) {
        var reader = start
        do throws(ModelFailure) {
            for piece in pieces {
                try reader.append(piece)
                while let event = try reader.next() { events.append(event) }
            }
            reader.end()
            while let event = try reader.next() { events.append(event) }
        } catch {
            failure = error
        }
    }

    /// What a model answers.
    init(of model: any LanguageModel, _ request: ModelRequest) async {
        do {
            for try await event in model.generate(request) { events.append(event) }
        } catch {
            failure = error as? ModelFailure ?? ModelFailure(.processingError(.internalFault), "not ours: \(error)")
        }
    }
}
