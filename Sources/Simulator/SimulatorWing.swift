package import Gateway
internal import LanguageModels
internal import Storage
package import TaskQueue

/// The wing of the simulator, put together: a kind of site, and the tasks that play its jobs.
package struct SimulatorWing: Sendable {
    /// Do its tasks.
    package let handlers: [any TaskHandler]

    /// Makes the sites whose kind is `simulator`.
    package static var maker: SiteMaker {
        SiteMaker(kind: .simulator) { configuration, ground in
            SimulatorSite(configuration: configuration, ground: ground)
        }
    }

    /// Brings its tables up to date.
    ///
    /// - Parameter spine: what it stands on.
    /// - Returns: the wing.
    /// - Throws: storage errors.
    package static func open(on spine: Spine) async throws -> SimulatorWing {
        try await open(on: spine, asking: Adviser(spine.models))
    }

    /// With somebody else to ask.
    static func open(on spine: Spine, asking adviser: Adviser) async throws -> SimulatorWing {
        try await migrate(spine.database, SimulatorStore.migrations)
        let simulators = spine.configuration.sites.filter { $0.kind == .simulator }
        let places = simulators.map { ($0.name, SimulatorPlace($0, home: spine.configuration.home)) }
        let play = PlayJob(
            places: Dictionary(places) { first, _ in first },
            database: spine.database,
            queue: spine.queue,
            tasks: spine.tasks,
            adviser: adviser,
            keeper: spine.keeper,
            logger: spine.logger
        )
        return SimulatorWing(handlers: [play])
    }
}

extension Adviser {
    /// Asks the gateway's models.
    init(_ desk: ModelDesk) {
        self.init(
            ask: { (question, budget) async throws(ModelFailure) in try await desk.ask(question, within: budget) },
            hasModels: desk.hasModels,
            countHeuristic: { desk.countHeuristic(question: $0) }
        )
    }
}
