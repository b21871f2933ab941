internal import Documents
internal import Gateway

/// How projects, allocations, prices and the ledger stand in answers; amounts are SU.
enum BudgetJSON {
    static func units(_ amount: ServiceUnits) -> JSONValue { .number("\(amount.number)") }

    static func units(_ amount: ServiceUnits?) -> JSONValue { amount.map(units) ?? .null }

    static func project(_ project: Project) -> JSONValue {
        [
            "name": .string(project.name), "title": .string(project.title), "contact": JobJSON.text(project.contact),
            "createdAt": JobJSON.moment(project.createdAt),
            "members": .array(
                project.members.map { ["person": .string($0.person), "role": .string($0.role.rawValue)] }
            ),
        ]
    }

    static func allocation(_ allocation: Allocation, at now: Timestamp) -> [String: JSONValue] {
        [
            "id": .string(allocation.id.text), "project": .string(allocation.project),
            "site": .string(allocation.site), "account": .string(allocation.account),
            "state": .string(allocation.standing(at: now).rawValue), "startsAt": JobJSON.moment(allocation.startsAt),
            "endsAt": JobJSON.moment(allocation.endsAt), "createdAt": JobJSON.moment(allocation.createdAt),
            "granted": units(allocation.balance.granted), "available": units(allocation.balance.available),
            "reserved": units(allocation.balance.reserved), "used": units(allocation.balance.used),
        ]
    }

    static func forecast(_ forecast: BudgetForecast) -> JSONValue {
        [
            "perDay7": .number("\(forecast.perDayOfWeek)"), "perDay30": .number("\(forecast.perDayOfMonth)"),
            "exhaustedAt": JobJSON.moment(forecast.exhaustedAt), "expiresUnused": units(forecast.expiresUnused),
        ]
    }

    /// An allocation with its forecast.
    static func forecasted(_ usage: AllocationUsage, at now: Timestamp) -> JSONValue {
        .object(
            allocation(usage.allocation, at: now).merging(["forecast": forecast(usage.forecast)]) { $1 }
        )
    }

    /// An allocation beside what Slurm says of its account.
    static func usage(_ usage: AllocationUsage, at now: Timestamp) -> JSONValue {
        let slurm = usage.slurm
        let texts: ([String: String]) -> JSONValue = { .object($0.mapValues { .string($0) }) }
        let told: JSONValue = [
            "askedAt": JobJSON.moment(slurm?.triedAt), "observedAt": JobJSON.moment(slurm?.observedAt),
            "problems": .array((slurm?.problems ?? []).map { .string($0) }),
            "used": units(usage.slurmUsed),
            "partitions": .array(
                (slurm?.use ?? []).map {
                    [
                        "partition": .string($0.partition), "rows": .integer($0.rows),
                        "nodeSeconds": .integer($0.nodeSeconds),
                    ]
                }
            ),
            "rawUsage": slurm?.rawUsage.map { .integer($0) } ?? .null, "limits": texts(slurm?.limits ?? [:]),
            "countedMinutes": texts(slurm?.countedMinutes ?? [:]),
        ]
        return [
            "allocation": forecasted(usage, at: now), "slurm": told, "ledgerUsed": units(usage.ledgerUsed),
            "drift": units(usage.drift),
        ]
    }

    static func transaction(_ line: LedgerTransaction) -> JSONValue {
        [
            "number": .integer(line.number), "at": JobJSON.moment(line.at), "kind": .string(line.kind.rawValue),
            "allocation": .string(line.allocation.text), "job": JobJSON.text(line.job?.text),
            "attempts": line.attempts.map { .integer($0) } ?? .null, "person": .string(line.person),
            "note": JobJSON.text(line.note),
            "amounts": .object(
                Dictionary(line.amounts.map { ($0.key.rawValue, units($0.value)) }) { first, _ in first }
            ),
        ]
    }

    static func audit(_ audit: LedgerAudit) -> JSONValue {
        [
            "isSound": .boolean(audit.faults.isEmpty), "allocations": .integer(audit.allocations),
            "transactions": .integer(audit.transactions), "jobs": .integer(audit.jobs),
            "unsettled": .integer(audit.unsettled),
            "faults": .array(
                audit.faults.map { ["subject": .string($0.subject), "reason": .string($0.reason)] }
            ),
        ]
    }

    static func cost(_ cost: JobCost) -> JSONValue {
        [
            "state": .string(cost.state.rawValue), "project": JobJSON.text(cost.price.project),
            "allocation": .string(cost.allocation.text), "account": .string(cost.account),
            "reserved": units(cost.reserved), "used": units(cost.used),
            "nodeSeconds": cost.nodeSeconds.map { .integer($0) } ?? .null,
            "settled": .boolean(cost.state != .reserved), "settledAt": JobJSON.moment(cost.settledAt),
            "note": JobJSON.text(cost.note),
        ]
    }

    static func price(_ preview: ScriptPreview) -> JSONValue {
        guard let price = preview.price else { return .null }
        let available = preview.funding?.allocation.balance.available
        return [
            "worstCase": units(price.worstCase), "calculation": .string(price.calculation),
            "project": JobJSON.text(preview.funding?.project.name),
            "allocation": JobJSON.text(preview.funding?.allocation.id.text),
            "account": JobJSON.text(preview.funding?.allocation.account), "available": units(available),
            "isCovered": available.map { .boolean($0 >= price.worstCase) } ?? .null,
        ]
    }
}
