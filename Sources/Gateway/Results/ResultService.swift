package import Documents
internal import Storage

/// What looking for known results came to, and what it saved.
package struct CacheFigures: Sendable, Hashable {
    /// The moment it is counted from.
    package let since: Timestamp
    /// Jobs by what looking for a known result came to.
    package let lookups: [String: Int]
    /// Walltime that known results saved, in seconds.
    package let savedSeconds: Int64
    /// The same times the CPUs.
    package let savedCPUSeconds: Int64
    /// Bytes of the outputs that were not computed anew.
    package let savedBytes: Int64
    /// Results that are known now.
    package let results: Int
    /// Bytes of their outputs.
    package let resultBytes: Int64

    /// Answered jobs in all that might have been; nil when there was none.
    package var hitRate: Double? {
        let hits = lookups["hit"] ?? 0
        let all = hits + (lookups["miss"] ?? 0) + (lookups["joined"] ?? 0)
        return all == 0 ? nil : Double(hits) / Double(all)
    }
}

/// What people ask of inputs, records and known results.
package struct ResultService: Sendable {
    let database: any Database
    let jobs: JobService
    let keeper: TimeKeeper

    /// What a job's inputs were found to be; empty before that.
    ///
    /// - Parameter id: the job.
    /// - Returns: the inputs that were brought to the site, in the manifest's order.
    /// - Throws: ``GatewayError`` of kind `notFound`.
    package func inputs(of id: JobID) async throws -> [StagedInput] {
        let job = try await jobs.job(id)
        return try await database.read { try JobInputStore.list(of: id, manifest: job.manifest, on: $0) }
    }

    /// Everything that determines a job's result: comparing two shows why one was no hit.
    ///
    /// - Parameter id: the job.
    /// - Returns: the recipe.
    /// - Throws: ``GatewayError`` of kinds `notFound` and `conflict`.
    package func recipe(of id: JobID) async throws -> JSONValue {
        let job = try await jobs.job(id)
        guard let key = job.cache?.key else {
            let why = job.cache?.reason ?? "its inputs are not known yet"
            throw GatewayError(.conflict, "The job has no result key: \(why).")
        }
        guard let text = try await database.read({ try ResultStore.recipe(key, on: $0) }) else {
            throw GatewayError(.notFound, "The recipe of \(key) is gone.")
        }
        return try JSONValue(json: text.utf8)
    }

    /// What looking for known results came to.
    ///
    /// - Parameter days: the last so many; nil for all time.
    /// - Returns: the figures.
    /// - Throws: storage errors.
    package func figures(days: Int?) async throws -> CacheFigures {
        let since = days.map { keeper.now() + .seconds(-$0 * 86400) } ?? Timestamp(microseconds: 0)
        return try await database.read { connection in
            let lines = try ResultStore.lookups(since: since, on: connection)
            let passedOver = try ResultStore.passedOver(since: since, on: connection)
            let totals = try ResultStore.totals(on: connection)
            return CacheFigures(
                since: since,
                lookups: Dictionary(lines.map { ($0.outcome, $0.count) }) { first, _ in first }.merging(passedOver) {
                    $1
                },
                savedSeconds: lines.reduce(0) { $0 + $1.seconds },
                savedCPUSeconds: lines.reduce(0) { $0 + $1.cpuSeconds },
                savedBytes: lines.reduce(0) { $0 + $1.bytes },
                results: totals.count,
                resultBytes: totals.bytes
            )
        }
    }
}
