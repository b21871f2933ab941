package import Gateway
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
        SimulatorWing(handlers: [])
    }
}
