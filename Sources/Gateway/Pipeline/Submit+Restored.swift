internal import Storage

/// Jobs that may have been sent between a backup and its restoration.
extension Submit {
    /// Takes out the jobs that the site knows by their keys.
    ///
    /// Their folders with `jobid` in them would give the same answer, unless somebody has cleaned up there since.
    ///
    /// - Returns: the jobs to send, and how many cannot be sent because the site did not tell.
    func sortOutRestored(_ jobs: [Job], at site: any Site) async throws -> (jobs: [Job], unclear: Int) {
        guard let restoredAt = world.restoredAt else { return (jobs, 0) }
        let old = jobs.filter { $0.createdAt < restoredAt }
        guard let since = old.map(\.createdAt).min() else { return (jobs, 0) }
        let found = await site.find(keys: old.map(\.submissionKey), since: since, isThorough: false)
        let answers = Array(zip(old, found))
        let settled = Set(answers.filter { $0.1 != .absent }.map(\.0.id))
        let unclear = try await world.write { connection in
            var unclear = 0
            for (job, answer) in answers {
                guard let input = Self.input(answer) else { continue }
                if case .outcomeUnknown = input { unclear += 1 }
                try world.store.apply(input, to: job.id, on: connection)
            }
            return unclear
        }
        for (job, answer) in answers {
            if case .found(let slurmID) = answer { tell(.accepted(slurmID: slurmID), of: job) }
        }
        return (jobs.filter { !settled.contains($0.id) }, unclear)
    }

    /// What a search means for a job; nil when it is to be sent.
    private static func input(_ answer: SearchAnswer) -> JobInput? {
        switch answer {
        case .found(let slurmID): .accepted(slurmID: slurmID)
        case .absent: nil
        case .unknown(let reason):
            .outcomeUnknown(
                reason: "The gateway was restored from a backup; whether the job had been sent is not known: \(reason)"
            )
        }
    }
}
