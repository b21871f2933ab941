internal import Documents

/// Tells whether the text of an answer can be used.
enum AnswerReading {
    /// Reads an answer strictly and holds it to its schema.
    ///
    /// An answer that reached the most tokens and is whole all the same is an answer: it is read first, and called cut
    /// only when it cannot be used.
    ///
    /// - Parameters:
    ///   - text: the whole text.
    ///   - schema: what it must fit.
    ///   - reason: why the generation ended.
    /// - Returns: the document.
    /// - Throws: ``ModelFailure``: not JSON, not of the schema, or cut.
    static func value(
        _ text: String,
        schema: JSONValue,
        reason: ModelFinish.Reason
    ) throws(ModelFailure) -> JSONValue {
        let value: JSONValue
        do throws(AnswerText.Fault) {
            value = try AnswerText.value(text)
        } catch {
            throw failure(.notJSON, ["\(error.pointer): \(error.message)"], reason)
        }
        let faults = SchemaValidator.faults(value, schema: schema)
        guard faults.isEmpty else { throw failure(.schema, faults, reason) }
        return value
    }

    private static func failure(
        _ why: ModelFailure.Malformed,
        _ faults: [String],
        _ reason: ModelFinish.Reason
    ) -> ModelFailure {
        let isCut = reason == .length
        return ModelFailure(
            .malformedResponse(isCut ? .truncated : why),
            isCut ? "the answer reached the most tokens before it was whole" : "the answer cannot be used",
            validationErrors: faults
        )
    }
}
