internal import Documents
internal import Gateway

/// How advice on jobs stands in answers.
enum AdviceJSON {
    static func advice(_ advice: JobAdvice?) -> JSONValue {
        guard let advice else { return .null }
        var members = members(advice.opinion)
        members["failure"] = JobJSON.text(advice.failure)
        members["late"] = advice.late.map { .object(self.members($0)) } ?? .null
        members["statistics"] = advice.past.map(past) ?? .null
        return .object(members)
    }

    private static func members(_ opinion: Opinion) -> [String: JSONValue] {
        [
            "isValid": .boolean(opinion.isValid), "feedback": .string(opinion.feedback),
            "confidence": .integer(opinion.confidence),
            "estimatedMinutes": opinion.estimatedMinutes.map { .integer($0) } ?? .null,
            "reasoning": .string(opinion.reasoning), "source": .string(opinion.origin),
            "model": JobJSON.text(opinion.model), "digest": JobJSON.text(opinion.digest),
            "at": JobJSON.moment(opinion.at),
        ]
    }

    private static func past(_ past: PastJobs) -> JSONValue {
        [
            "of": .string(past.scope.rawValue), "jobs": .integer(past.jobs),
            "medianMinutes": number(past.medianMinutes), "p90Minutes": number(past.p90Minutes),
            "completedShare": number(past.completedShare),
        ]
    }

    private static func number(_ value: Double?) -> JSONValue { value.map { .number("\($0)") } ?? .null }
}
