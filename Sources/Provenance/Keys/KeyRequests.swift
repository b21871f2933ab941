internal import Documents
internal import Gateway

/// What an admin says to have a new key.
struct KeyRotation: Sendable, Hashable {
    let use: SigningKey.Use
    /// How long the key before still counts.
    let overlap: Duration

    /// Reads a request.
    ///
    /// - Throws: `GatewayError` of kind `invalidPublication` with every fault found.
    init(_ document: Document) throws {
        let collector = FaultCollector(lines: document.lines)
        let object = Field(document.value, collector: collector).object(known: ["use", "overlap"])
        let uses = SigningKey.Use.allCases.map(\.rawValue).joined(separator: ", ")
        use =
            object?.required("use", expected: "one of \(uses)").flatMap { field -> SigningKey.Use? in
                guard let text = field.string(expected: "one of \(uses)") else { return nil }
                if let use = SigningKey.Use(rawValue: text) { return use }
                field.fault("'\(text.prefix(40))' is no use of a key", expected: "one of \(uses)")
                return nil
            } ?? .manifest
        overlap = object?["overlap"].flatMap(Self.duration) ?? KeyService.overlap
        if !collector.faults.isEmpty {
            throw GatewayError(.invalidPublication, "The key cannot be rotated like this.", faults: collector.faults)
        }
    }

    private static func duration(_ field: Field) -> Duration? {
        let expected = "a duration such as 30d or 12h, at most 3650d"
        guard let text = field.string(expected: expected) else { return nil }
        if let seconds = Quantity.seconds(text), seconds <= 3650 * 86_400 { return .seconds(seconds) }
        field.fault("'\(text.prefix(40))' is no such duration", expected: expected)
        return nil
    }
}

/// What an admin says to disown a key.
struct KeyRevocation: Sendable, Hashable {
    let reason: String
    /// From when on it is not to be believed.
    let since: Timestamp

    /// Reads a request.
    ///
    /// - Throws: `GatewayError` of kind `invalidPublication` with every fault found.
    init(_ document: Document, now: Timestamp) throws {
        let collector = FaultCollector(lines: document.lines)
        let object = Field(document.value, collector: collector).object(known: ["reason", "since"])
        reason =
            object?.required("reason", expected: "why, in words for readers")
            .flatMap { PublicationRequest.text($0, most: 2000) } ?? ""
        since = object?["since"].flatMap { Self.moment($0, now) } ?? now
        if !collector.faults.isEmpty {
            throw GatewayError(.invalidPublication, "The key cannot be revoked like this.", faults: collector.faults)
        }
    }

    private static func moment(_ field: Field, _ now: Timestamp) -> Timestamp? {
        let expected = "a moment in UTC that has passed, such as 2026-11-20T19:36:05Z"
        guard let text = field.string(expected: expected) else { return nil }
        let shortened = text.hasSuffix(".000Z") ? text.dropLast(5) + "Z" : text
        if let moment = Moment(utc: shortened), moment.microseconds <= now.microseconds {
            return Timestamp(microseconds: moment.microseconds)
        }
        field.fault("'\(text.prefix(40))' is no such moment", expected: expected)
        return nil
    }
}
