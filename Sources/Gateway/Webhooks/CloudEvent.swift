internal import Documents

/// Events in the structured JSON form of CloudEvents 1.0.2 (https://github.com/cloudevents/spec).
enum CloudEvent {
    /// The `Content-Type` of the form.
    static let mediaType = "application/cloudevents+json; charset=utf-8"
    private static let prefix = "dev.farfield."

    /// What is told of the job beside its event; nothing of it ever changes.
    struct Subject: Sendable, Hashable {
        let name: String
        let site: String
        let owner: String
        let labels: [String: String]
    }

    /// One event of a job; the same event is always the same text.
    ///
    /// - Parameters:
    ///   - event: the event.
    ///   - subject: whose it is.
    ///   - message: its name.
    ///   - source: the installation's URN.
    /// - Returns: the document.
    static func text(_ event: JobEvent, of subject: Subject, message: String, source: String) -> String {
        var data: [String: JSONValue] = [
            "name": .string(subject.name), "site": .string(subject.site), "owner": .string(subject.owner),
            "labels": .object(subject.labels.mapValues { .string($0) }),
        ]
        if case .object(let members) = event.json { data.merge(members) { $1 } }
        return document(
            type: event.kind.rawValue,
            id: message,
            source: source,
            at: event.at,
            [
                "subject": .string(event.job.text),
                // https://github.com/cloudevents/spec/blob/main/cloudevents/extensions/sequence.md
                "sequence": .string(String(event.sequence)),
                "data": .object(data),
            ]
        )
    }

    /// What is sent to try a webhook out.
    static func trial(of webhook: Webhook, id: String, source: String, at now: Timestamp) -> String {
        document(
            type: "webhook.test",
            id: id,
            source: source,
            at: now,
            ["subject": .string(webhook.id.text), "data": ["message": "Events of jobs will come like this one."]]
        )
    }

    private static func document(
        type: String,
        id: String,
        source: String,
        at moment: Timestamp,
        _ more: [String: JSONValue]
    ) -> String {
        let common: [String: JSONValue] = [
            "specversion": "1.0", "id": .string(id), "source": .string(source), "type": .string(prefix + type),
            "time": .string(moment.iso8601), "datacontenttype": "application/json",
        ]
        return JSONValue.object(common.merging(more) { $1 }).jsonText
    }
}
