internal import LanguageModels
internal import Storage

/// One thing the gateway needs, and whether it has it.
package struct HealthCheck: Sendable, Hashable {
    /// What it is.
    package let name: String
    /// Whether it is there.
    package let isHealthy: Bool
    /// What was seen.
    package let detail: String
    /// Whether the gateway cannot do its work without.
    package var isNeeded = true
}

/// Whether the gateway can do its work.
package struct HealthService: Sendable {
    let database: any Database
    let store: JobStore
    let templates: TemplateCatalog
    /// How each language model does.
    let models: @Sendable () -> [ModelHealth]

    /// Tries everything the gateway itself needs.
    ///
    /// A site that is down does not make the gateway unready: its jobs wait. Nor does a language model: rules advise.
    ///
    /// - Returns: the checks.
    package func ready() async -> [HealthCheck] {
        let database = await checkDatabase()
        let templates: HealthCheck
        do {
            let count = try self.templates.list().count
            templates = HealthCheck(name: "templates", isHealthy: count > 0, detail: "\(count) templates")
        } catch {
            templates = HealthCheck(name: "templates", isHealthy: false, detail: "\(error)")
        }
        return [database, templates]
            + models().map { health in
                HealthCheck(
                    name: "model \(health.endpoint)",
                    isHealthy: health.state != .down,
                    detail: health.text,
                    isNeeded: false
                )
            }
    }

    private func checkDatabase() async -> HealthCheck {
        do {
            _ = try await database.read { try store.counts(on: $0).count }
            return HealthCheck(name: "database", isHealthy: true, detail: database.dialect.rawValue)
        } catch {
            return HealthCheck(name: "database", isHealthy: false, detail: "\(error)")
        }
    }

    /// How many jobs stand in each state at each site.
    package func jobCounts() async throws -> [(site: String, state: JobState, count: Int)] {
        try await database.read { try store.counts(on: $0) }
    }
}
