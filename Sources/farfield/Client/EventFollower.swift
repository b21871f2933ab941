import CurlClient

/// Follows a job's events to the last one, across lost connections and restarts of the gateway.
struct EventFollower: Sendable {
    let client: RESTClient
    let jobID: String

    /// An event with the text it came as.
    struct Item: Sendable {
        let event: Wire.Event
        let text: String
    }

    /// Hands over events in batches, as they arrive, each once; returns after the last.
    ///
    /// `note` tells the person that the connection was lost; `take` takes a batch, never an empty one.
    func run(
        note: @escaping @Sendable (String) async throws -> Void,
        take: ([Item]) async throws -> Void
    ) async throws {
        var reader = ServerSentEvents()
        try await Reconnection(note: note).run(asked: { reader.reconnectionTime }) { progress in
            let response = try await open(after: reader.lastEventID)
            // A new connection begins at a line's start; what was cut off is sent again.
            reader = ServerSentEvents(lastEventID: reader.lastEventID)
            do {
                for try await chunk in response.body {
                    let items = try reader.append(chunk).map(Self.read)
                    progress()
                    guard !items.isEmpty else { continue }
                    try await take(items)
                    if items.contains(where: \.event.isLast) { return true }
                }
            } catch let error as HTTPClientError {
                throw client.failure(error)
            } catch is ServerSentEvents.TooLong {
                throw RequestFailure(.unreadable("an event is too long"))
            }
            // The gateway ends the stream of a job that has ended, even when its last event was seen before.
            return try await client.job(jobID).isFinal
        }
    }

    private func open(after lastID: String) async throws -> HTTPStreamedResponse {
        var headers: HTTPHeaders = ["Accept": "text/event-stream"]
        if !lastID.isEmpty { headers["Last-Event-ID"] = lastID }
        return try await client.stream(RequestTarget("jobs", jobID, "events"), headers: headers)
    }

    private static func read(_ event: ServerSentEvents.Event) throws -> Item {
        Item(event: try Answer(body: Array(event.data.utf8)).decode(), text: event.data)
    }
}

extension RESTClient {
    /// The job as it is now.
    func job(_ id: String) async throws -> Wire.Job {
        try await get(RequestTarget("jobs", id)).decode()
    }
}
