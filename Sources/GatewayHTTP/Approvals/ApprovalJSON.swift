internal import Documents
internal import Gateway

/// How approvals stand in answers.
enum ApprovalJSON {
    /// What a job shows of the newest question about it.
    static func standing(_ approval: Approval) -> JSONValue {
        [
            "id": .string(approval.id.text), "state": .string(approval.state.rawValue),
            "reasons": texts(approval.reasons), "needed": .integer(approval.needed),
            "given": .integer(approval.given), "expiresAt": JobJSON.moment(approval.expiresAt),
        ]
    }

    /// Everything needed to decide.
    static func dossier(_ dossier: ApprovalDossier) -> JSONValue {
        let (approval, job) = (dossier.approval, dossier.job)
        return [
            "id": .string(approval.id.text), "state": .string(approval.state.rawValue),
            "reasons": texts(approval.reasons), "needed": .integer(approval.needed),
            "given": .integer(approval.given), "digest": .string(approval.digest),
            "changed": texts(approval.changed), "createdAt": JobJSON.moment(approval.createdAt),
            "expiresAt": JobJSON.moment(approval.expiresAt), "decidedAt": JobJSON.moment(approval.decidedAt),
            "validUntil": JobJSON.moment(approval.validUntil), "sentAt": JobJSON.moment(approval.sentAt),
            "standingApproval": JobJSON.text(approval.standing?.text),
            "decisions": .array(dossier.decisions.map(decision)),
            "owner": .string(approval.owner), "job": Self.job(job), "cost": number(approval.cost),
            "price": price(dossier.price), "balance": dossier.balance.map { number($0) } ?? .null,
            "estimate": AdviceJSON.advice(dossier.advice),
            "history": history(dossier.history),
            "lastApproved": dossier.lastApproved.map { last in
                ["job": .string(last.text), "differences": .array(dossier.differences.map(difference))]
            } ?? .null,
        ]
    }

    static func bulk(_ answer: BulkAnswer) -> JSONValue {
        [
            "id": .string(answer.id), "state": JobJSON.text(answer.state?.rawValue),
            "error": answer.error.map { error in
                ["type": .string(error.kind.rawValue), "detail": .string(error.message)]
            } ?? .null,
        ]
    }

    static func standing(_ standing: StandingApproval) -> JSONValue {
        let subject = standing.subject
        return [
            "id": .string(standing.id.text), "person": JobJSON.text(subject.person),
            "project": JobJSON.text(subject.project), "site": JobJSON.text(subject.site),
            "template": JobJSON.text(subject.template), "partition": JobJSON.text(subject.partition),
            "costPerJob": number(standing.mostEach), "totalCost": number(standing.mostInAll),
            "used": number(standing.used), "expiresAt": JobJSON.moment(standing.expiresAt),
            "grantedBy": .string(standing.grantedBy), "createdAt": JobJSON.moment(standing.createdAt),
            "reason": JobJSON.text(standing.reason), "revokedAt": JobJSON.moment(standing.revokedAt),
            "revokedBy": JobJSON.text(standing.revokedBy),
        ]
    }

    private static func job(_ job: Job) -> JSONValue {
        [
            "id": .string(job.id.text), "name": .string(job.name), "site": .string(job.site),
            "template": .string(job.template), "state": .string(job.state.rawValue),
            "reason": JobJSON.text(job.reason), "createdAt": JobJSON.moment(job.createdAt),
            "scriptDigest": .string(job.scriptDigest), "script": .string(job.script),
            "manifest": (try? JSONValue(json: job.manifestText.utf8)) ?? .null,
        ]
    }

    private static func price(_ price: JobPrice) -> JSONValue {
        [
            "partition": JobJSON.text(price.partition), "nodes": .integer(price.nodes), "tasks": .integer(price.tasks),
            "walltimeSeconds": .integer(price.walltimeSeconds), "attempts": .integer(price.attempts),
            "rate": .number("\(Double(price.rate.thousandths) / 1000)"), "project": JobJSON.text(price.project),
            "allocation": JobJSON.text(price.allocation),
        ]
    }

    private static func decision(_ decision: ApprovalDecision) -> JSONValue {
        [
            "person": .string(decision.person), "decision": .string(decision.choice.rawValue),
            "reason": JobJSON.text(decision.reason), "at": JobJSON.moment(decision.at),
            "standingApproval": JobJSON.text(decision.standing?.text),
        ]
    }

    private static func history(_ history: ApplicantHistory) -> JSONValue {
        let counts = history.counts.map { ($0.key.rawValue, JSONValue.integer($0.value)) }
        return [
            "jobs": .object(Dictionary(counts) { first, _ in first }),
            "latest": .array(
                history.latest.map { job in
                    [
                        "id": .string(job.id.text), "name": .string(job.name), "template": .string(job.template),
                        "state": .string(job.state.rawValue), "finishedAt": JobJSON.moment(job.finishedAt),
                    ]
                }
            ),
            "usedOfWalltime": history.usedOfWalltime.map { .number("\($0)") } ?? .null,
        ]
    }

    private static func difference(_ difference: ManifestDifference) -> JSONValue {
        [
            "path": .string(difference.path), "before": difference.before ?? .null, "after": difference.after ?? .null,
        ]
    }

    private static func number(_ amount: ServiceUnits) -> JSONValue { .number("\(amount.number)") }

    private static func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
}
