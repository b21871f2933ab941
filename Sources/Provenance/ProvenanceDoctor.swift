internal import Attestation
internal import Foundation
package import Gateway
package import Logging
internal import Storage

/// Checks what an operator would check of keys, log, witnesses and DOIs, without a running gateway and without changing
/// anything.
package struct ProvenanceDoctor: Sendable {
    let configuration: GatewayConfiguration
    let logger: Logger

    /// A doctor.
    ///
    /// - Parameters:
    ///   - configuration: what the operator decided.
    ///   - logger: where lost connections are told.
    package init(_ configuration: GatewayConfiguration, logger: Logger) {
        (self.configuration, self.logger) = (configuration, logger)
    }

    /// The checks, each with its cure; none before the first start.
    package func checks() async -> [SiteCheck] {
        do {
            let location = try DatabaseLocation(
                configuration.database ?? "\(configuration.home)/farfield.sqlite"
            )
            if case .sqlite(let path) = location, !FileManager.default.fileExists(atPath: path) { return [] }
            let database = try await location.open(connections: 1, logger: logger)
            let checks = await checks(database)
            await database.close()
            return checks
        } catch { return [] }
    }

    private func checks(_ database: any Database) async -> [SiteCheck] {
        do {
            guard try await schemaStanding(database, ProvenanceWing.migrations).missing.isEmpty else { return [] }
            let origin = configuration.provenance.origin ?? "\(ProvenanceWing.identity(configuration).address)/log"
            return try await database.read { connection in
                let keys = try SigningKeyStore.list(.log, on: connection)
                return [
                    self.log(origin, keys, on: connection),
                    Self.dois(try DOIStore.troubled(on: connection)),
                ] + Self.witnesses(try CosignatureStore.standings(of: origin, on: connection))
            }
        } catch { return [SiteCheck(name: "log", state: .failed, detail: "\(error)")] }
    }

    private func log(
        _ origin: String,
        _ keys: [SigningKey],
        on connection: any StorageConnection
    ) -> SiteCheck {
        let cure = "See docs/keys-and-log.md, \"After restoring a backup\"."
        do {
            guard let key = keys.first(where: { $0.revokedAt == nil })?.publicKey else {
                return SiteCheck(name: "log", state: .skipped, detail: "it has no key yet")
            }
            let name = try VerifierKey(name: origin, kind: .note, publicKey: key)
            let memory = CheckpointMemory(path: configuration.checkpointFile, log: name)
            if let fault = memory.fault { throw fault }
            let stored = StoredLog(origin: origin)
            try stored.examine(signed: memory.checkpoint, on: connection)
            let size = try stored.size(on: connection)
            return SiteCheck(
                name: "log",
                state: .passed,
                detail: "\(size) entries of \(origin) lead to what was signed"
            )
        } catch {
            return SiteCheck(name: "log", state: .failed, detail: "nothing is certified: \(error)", cure: cure)
        }
    }

    /// A pure decision: a DOI that the registry refused needs an operator.
    static func dois(_ troubled: [DOIStanding]) -> SiteCheck {
        guard let latest = troubled.first else { return SiteCheck(name: "DOIs", state: .passed, detail: "none waits") }
        let hasFailed = troubled.contains { $0.state == .failed }
        return SiteCheck(
            name: "DOIs",
            state: hasFailed ? .failed : .warning,
            detail: "\(troubled.count) not taken by the registry, such as \(latest.doi): \(latest.reason ?? "")",
            cure: "Mend provenance.doi and start again: what was refused is sent again."
        )
    }

    /// A pure decision: a witness that does not cosign is a warning; one that saw another log is more.
    static func witnesses(_ standings: [WitnessStanding]) -> [SiteCheck] {
        standings.map { standing in
            let name = "witness \(standing.witness)"
            guard let reason = standing.reason else {
                return SiteCheck(name: name, state: .passed, detail: "it has cosigned \(standing.size) entries")
            }
            return SiteCheck(
                name: name,
                state: .warning,
                detail: "it does not cosign: \(reason)",
                cure: "Ask its operators; jobs and records do not wait for it."
            )
        }
    }
}

extension GatewayConfiguration {
    /// The second place of the newest checkpoint.
    var checkpointFile: String { provenance.checkpointFile ?? "\(home)/log.checkpoint" }
}
