/// What kind of place runs jobs.
package enum SiteKind: String, Sendable, CaseIterable {
    /// A Slurm cluster behind a login node.
    case slurm
    /// Agents that play a pipeline where there is no cluster; nothing they produce was observed.
    case simulator
}

/// How a simulated site behaves.
package struct SimulationPolicy: Sendable, Hashable {
    /// How fast its time goes.
    package enum Clock: Sendable, Hashable {
        /// So many simulated seconds in each second; 1 is real time.
        case factor(Double)
        /// Everything at once, without waiting.
        case instantly
    }

    /// With this the software of every simulated site begins, in the recipes of result keys.
    package static let software = "simulated "

    /// How fast its time goes.
    package var clock = Clock.factor(60)
    /// The folder of its jobs on the gateway's machine; below the gateway's home when nil.
    package var folder: String?
    /// How many jobs it runs at once; more wait.
    package var slots = 4

    /// A policy: an hour a minute, four jobs at once.
    package init() {}
}
