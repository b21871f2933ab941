internal import Foundation
internal import Gateway

/// A simulated site as its parts see it: what the operator decided, and its folder.
struct SimulatorPlace: Sendable {
    let configuration: SiteConfiguration
    let policy: SimulationPolicy
    let folder: SimulatorFolder

    /// A place.
    ///
    /// - Parameters:
    ///   - configuration: of a site whose kind is `simulator`.
    ///   - home: the gateway's state folder, below which its own stands where the operator names none.
    init(_ configuration: SiteConfiguration, home: String) {
        self.configuration = configuration
        policy = configuration.simulation ?? SimulationPolicy()
        let path = policy.folder ?? "\(home)/simulator/\(configuration.name)"
        folder = SimulatorFolder(path: URL(fileURLWithPath: path).standardizedFileURL.path)
    }

    /// The name of the site in manifests.
    var name: String { configuration.name }

    /// What went wrong on this machine, in words for a person.
    func failure(_ error: any Error) -> SiteFailure {
        if let failure = error as? SiteFailure { return failure }
        let isOutside = error is SimulatorFolder.Outside
        return SiteFailure(reason: "The simulator '\(name)': \(error)", isTransient: !isOutside)
    }
}

/// Simulated time: milliseconds since a job began, and how they stand to the gateway's clock.
extension SimulationPolicy.Clock {
    /// Simulated milliseconds of a job that began at `start`.
    func elapsed(since start: Timestamp, at now: Timestamp) -> Int64 {
        let microseconds = max(0, (now - start).microseconds)
        switch self {
        case .instantly: return .max / 4
        case .factor(let factor): return Int64(min(Double(microseconds) / 1000 * factor, 1e15))
        }
    }

    /// How long simulated milliseconds take.
    func duration(_ milliseconds: Int64) -> Duration {
        switch self {
        case .instantly: return .zero
        case .factor(let factor): return .microseconds(Int64((Double(milliseconds) * 1000 / factor).rounded(.up)))
        }
    }

    /// For a person.
    var text: String {
        switch self {
        case .instantly: "instantly: no time passes"
        case .factor(1): "real time"
        case .factor(let factor):
            "\(factor == factor.rounded() ? "\(Int(factor))" : "\(factor)") times as fast as real time"
        }
    }
}
