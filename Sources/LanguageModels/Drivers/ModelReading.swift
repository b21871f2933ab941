internal import CurlClient

/// One generation under way: sent when its first event is asked for, closed with its end or when it is let go.
actor ModelReading {
    /// From the head of a good answer to what reads its body.
    typealias Opening = @Sendable (HTTPResponseHead) throws(ModelFailure) -> ReplyReader

    private let server: ModelServer
    private let fault: ModelFailure?
    private let request: HTTPRequest
    private let opening: Opening
    private var progress = Progress.unsent

    private enum Progress {
        case unsent
        case reading(HTTPBody.Iterator, ReplyReader)
        case over
    }

    /// A generation.
    ///
    /// - Parameters:
    ///   - question: what is asked.
    ///   - request: the same in the words of the server.
    ///   - server: where to.
    ///   - opening: how a good answer is read.
    init(of question: ModelRequest, _ request: HTTPRequest, at server: ModelServer, opening: @escaping Opening) {
        fault = question.fault
        self.request = request
        self.server = server
        self.opening = opening
    }

    /// The events; nothing runs but while one is awaited.
    nonisolated var events: AsyncThrowingStream<ModelEvent, any Error> {
        AsyncThrowingStream { try await self.next() }
    }

    private func next() async throws(ModelFailure) -> ModelEvent? {
        do throws(ModelFailure) {
            let event = try await nextEvent()
            if case .finish = event { progress = .over }
            return event
        } catch {
            progress = .over
            throw server.tidy(error)
        }
    }

    private func nextEvent() async throws(ModelFailure) -> ModelEvent? {
        while true {
            switch progress {
            case .unsent: try await send()
            case .over: return nil
            case .reading(let body, var reader):
                // Taken out, so that the reader's bytes are not copied.
                progress = .over
                let event = try reader.next()
                progress = .reading(body, reader)
                if let event { return event }
                try await readOn()
            }
        }
    }

    private func send() async throws(ModelFailure) {
        if let fault { throw fault }
        let response = try await server.open(request)
        progress = .reading(response.body.makeAsyncIterator(), try opening(response.head))
    }

    private func readOn() async throws(ModelFailure) {
        guard case .reading(var body, var reader) = progress else { return }
        let chunk: [UInt8]?
        do throws(HTTPClientError) {
            chunk = try await body.next(isolation: self)
        } catch {
            throw server.failure(error, hasBegun: true)
        }
        progress = .over
        if let chunk { try reader.append(chunk) } else { reader.end() }
        progress = .reading(body, reader)
    }
}

extension ModelRequest {
    /// Why it cannot be sent; nil when it can.
    ///
    /// Without messages it would load a model and generate nothing, without a limit of tokens generate for ever, and
    /// JSON has no number for a temperature that is none.
    var fault: ModelFailure? {
        let reason: String? =
            if messages.isEmpty {
                "a question has at least one message"
            } else if !(0...2).contains(temperature) {
                "a temperature is between 0 and 2, not \(temperature)"
            } else if maximumTokens < 1 {
                "an answer has at least one token, not \(maximumTokens)"
            } else if deadline <= .zero {
                "there is no time for an answer"
            } else {
                .none
            }
        return reason.map { ModelFailure(.processingError(.invalidRequest), $0) }
    }
}
