package import Attestation
internal import Gateway
internal import Logging
internal import Storage

/// This gateway as a witness of other logs (C2SP tlog-witness): it cosigns what goes on with what it has seen.
package struct WitnessService: Sendable {
    let spine: Spine
    let keys: KeyRing
    /// The name of this witness.
    let name: String
    /// The keys of the logs it knows; a key's name is its log's origin.
    let logs: [VerifierKey]

    /// What `add-checkpoint` answers.
    package enum Answer: Sendable, Hashable {
        /// Signature lines.
        case cosigned(String)
        /// Why not.
        case refused(WitnessRefusal)
    }

    /// Cosigns a checkpoint that goes on with the last one cosigned; what is cosigned is stored first.
    ///
    /// - Parameter body: of the request.
    /// - Returns: the cosignature, or the refusal with its status.
    /// - Throws: ``KeyFault``, ``SigningError``, storage errors.
    package func addCheckpoint(_ body: [UInt8]) async throws -> Answer {
        let request: WitnessRequest
        do { request = try WitnessRequest(body: body) } catch { return .refused(error) }
        if let refusal = atOnce(request) { return .refused(refusal) }
        let now = spine.keeper.now()
        let signer = try await keys.signer(.witness, at: now, in: spine.database)
        let outcome = try await spine.database.transaction { connection -> Result<Checkpoint, WitnessRefusal> in
            // One at a time: two requests at once must not roll a log back.
            try connection.lock("witness")
            let known = try logs.map(\.name).reduce(into: [String: Checkpoint]()) { known, origin in
                known[origin] = try CosignatureStore.witnessed(origin, on: connection)
            }
            let outcome = judge(request, known)
            if case .success(let checkpoint) = outcome {
                try CosignatureStore.keep(checkpoint, at: now, on: connection)
            }
            return outcome
        }
        switch outcome {
        case .failure(let refusal):
            tell(refusal)
            return .refused(refusal)
        case .success(let checkpoint):
            let line = try Cosignature.make(of: checkpoint, as: name, seconds: Int(now.seconds), by: signer)
            return .cosigned(line.line + "\n")
        }
    }

    /// What is refused whatever was seen before, so that strangers cost no transaction.
    private func atOnce(_ request: WitnessRequest) -> WitnessRefusal? {
        switch judge(request, [:]) {
        case .failure(.unknownLog(let origin)): .unknownLog(origin)
        case .failure(.notSigned(let error)): .notSigned(error)
        case .failure(.malformed(let reason)): .malformed(reason)
        case .failure(.otherSize), .failure(.inconsistent), .success: nil
        }
    }

    private func judge(
        _ request: WitnessRequest,
        _ known: [String: Checkpoint]
    ) -> Result<Checkpoint, WitnessRefusal> {
        do throws(WitnessRefusal) {
            return .success(try request.accepted(logs: logs, last: { known[$0] }))
        } catch { return .failure(error) }
    }

    private func tell(_ refusal: WitnessRefusal) {
        guard case .inconsistent = refusal else { return }
        spine.logger.critical("a log was rewritten", metadata: ["reason": "\(refusal)"])
    }
}
