package import Documents

extension JobEvent {
    /// The event as every way out shows it: lists, event streams, WebSockets, webhooks (`Event` in the API's document).
    package var json: JSONValue {
        [
            "sequence": .integer(sequence), "type": .string(kind.rawValue), "jobId": .string(job.text),
            "at": .string(at.iso8601), "state": .string(state.rawValue),
            "reason": reason.map { .string($0) } ?? .null, "data": data,
        ]
    }
}
