internal import Attestation
internal import CurlClient
internal import Gateway
internal import Logging
internal import Metrics
internal import Storage
internal import TaskQueue

/// Sends our newest checkpoint to one witness, and keeps its cosignature; key: the witness's name.
struct AskWitness: TaskHandler {
    /// A witness and where it is.
    struct Witness: Sendable {
        let url: String
        let key: VerifierKey
    }

    let kind = CosigningPlan.kind
    let concurrency = 4

    let spine: Spine
    let log: ManifestLog
    let witnesses: [Witness]
    let client: HTTPClient

    private static let limits = HTTPRequest.TimeLimits(connect: .seconds(5), total: .seconds(20), stall: nil)
    /// A witness may know another size than we thought; asked again so often in one run.
    private static let mostRequests = 3

    func run(_ task: LeasedTask) async throws -> TaskOutcome {
        guard let witness = witnesses.first(where: { $0.key.name == task.key }) else { return .done }
        for _ in 0..<Self.mostRequests {
            let now = spine.keeper.now()
            let (standing, note, size, isCosigned) = try await spine.database.read { connection in
                let size = try log.size(on: connection)
                let standing = try CosignatureStore.standing(of: witness.key.name, log.origin, on: connection)
                let lines = try CosignatureStore.lines(of: log.origin, at: size, on: connection)
                let isCosigned = lines.contains { $0.name == witness.key.name }
                return (standing, try log.stored.checkpoint(of: size, on: connection), size, isCosigned)
            }
            guard let note, !isCosigned else { return .done }
            if let rest = standing.restUntil, rest > now { return .again(after: rest - now) }
            let answer = try await ask(witness, note, from: standing.size, to: size)
            let next = Self.next(standing, answer, size, at: now)
            try await write(next, answer, size, task, at: now)
            if case .refused(let reason, let isGrave) = answer { tell(witness, reason, isGrave, standing) }
        }
        return .again(after: .zero)
    }

    /// A pure decision: how the witness stands after its answer.
    static func next(
        _ standing: WitnessStanding,
        _ answer: WitnessAnswer,
        _ size: Int,
        at now: Timestamp
    ) -> WitnessStanding {
        switch answer {
        case .cosigned: return standing.cosigned(size)
        case .refused(let reason, _): return standing.failed(reason, at: now)
        case .knows(let known) where known == standing.size:
            return standing.failed("it has seen another tree of \(known) entries: the log forked", at: now)
        case .knows(let known) where known > size:
            return standing.failed(
                "it has seen \(known) entries, the database has \(size): was it restored from an old backup?",
                at: now
            )
        case .knows(let known):
            var next = standing
            next.size = known
            return next
        }
    }

    private func ask(
        _ witness: Witness,
        _ checkpoint: SignedNote,
        from old: Int,
        to size: Int
    ) async throws -> WitnessAnswer {
        let proof = try await spine.database.read { try log.consistency(from: old, to: size, on: $0) }
        guard let proof else { return .refused("it has seen \(old) entries, the log has \(size)", isGrave: true) }
        let body = Array(WitnessRequest(proof: proof, checkpoint: checkpoint).body.utf8)
        var request = HTTPRequest("POST", witness.url + "/add-checkpoint", body: body, timeLimits: Self.limits)
        request.headers["Content-Type"] = "text/plain; charset=utf-8"
        request.maximumBodyBytes = 64 << 10
        do {
            let response = try await client.send(request)
            return WitnessAnswer(status: response.status, body: response.body, to: checkpoint, of: witness.key)
        } catch HTTPClientError.cancelled {
            throw CancellationError()
        } catch {
            return .refused("\(error)", isGrave: false)
        }
    }

    private func write(
        _ standing: WitnessStanding,
        _ answer: WitnessAnswer,
        _ size: Int,
        _ task: LeasedTask,
        at now: Timestamp
    ) async throws {
        try await spine.database.transaction { connection in
            if case .cosigned(let line) = answer {
                try CosignatureStore.insert(line, of: log.origin, at: size, on: connection)
            }
            try CosignatureStore.write(standing, log.origin, at: now, on: connection)
            try spine.tasks.requireLease(task, on: connection)
        }
        if case .cosigned = answer { Counter(label: "log_cosignatures_total").increment() }
    }

    /// Each new reason is told once; a log that was rewritten is told every time.
    private func tell(_ witness: Witness, _ reason: String, _ isGrave: Bool, _ before: WitnessStanding) {
        guard isGrave || before.reason != reason else { return }
        spine.logger.log(
            level: isGrave ? .critical : .warning,
            "a witness does not cosign",
            metadata: ["witness": "\(witness.key.name)", "reason": "\(reason)"]
        )
    }
}
