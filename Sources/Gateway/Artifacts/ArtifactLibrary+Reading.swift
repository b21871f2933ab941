package import Attestation
internal import Logging
internal import Metrics
internal import Storage

extension ArtifactLibrary {
    /// Bytes of an artifact, each compared with its digest.
    ///
    /// Wrong bytes are never handed out: they are set aside, the artifact is repaired if somebody can, and otherwise
    /// reported. Who may read is not asked here.
    ///
    /// - Parameters:
    ///   - digest: its name.
    ///   - offset: first byte.
    ///   - length: the most bytes.
    /// - Returns: the bytes, fewer at the end of the artifact.
    /// - Throws: ``GatewayError`` of the kinds `notFound` and `artifactCorrupt`; storage and file errors.
    package func read(_ digest: SHA256Digest, offset: Int64, length: Int) async throws -> [UInt8] {
        var rounds = 0
        while true {
            let record = try await record(of: digest)
            do {
                if record.state == .corrupt { throw ArtifactFault.missing }
                return try await reader.read(record, offset: offset, length: length)
            } catch let fault as ArtifactFault {
                rounds += 1
                // Three, since the first may only find that the list is missing, the second that a byte is wrong.
                let isHealed = try await isHealed(record, after: fault)
                guard isHealed, rounds < 3 else { throw Self.damage(record.artifact) }
            }
        }
    }

    /// Reads all of an artifact and compares it with its digest.
    ///
    /// - Parameter digest: its name.
    /// - Returns: whether its bytes are right, or are so again after a repair.
    /// - Throws: ``GatewayError`` of kind `notFound`; storage and file errors.
    package func verify(_ digest: SHA256Digest) async throws -> Bool {
        try await isHealed(try await record(of: digest), after: .unlisted)
    }

    private func record(of digest: SHA256Digest) async throws -> ArtifactRecord {
        var record = try await database.read { try ArtifactRecordStore.find(digest, on: $0) }
        if record == nil, let size = try await store.size(of: digest) {
            record = try await database.transaction { connection in
                try ArtifactRecordStore.adopt(digest, size: size, on: connection)
                    ? try ArtifactRecordStore.find(digest, on: connection) : nil
            }
        }
        guard let record, record.state == .stored || record.state == .corrupt else {
            throw Self.absence(digest)
        }
        return record
    }

    /// The same words for what is not there and for what somebody may not know of.
    static func absence(_ digest: SHA256Digest) -> GatewayError {
        GatewayError(
            .notFound,
            "There is no artifact \(digest), or none that you may read; it may have been removed when its time was over."
        )
    }

    private static func damage(_ artifact: StoredArtifact) -> GatewayError {
        GatewayError(
            .artifactCorrupt,
            "The bytes of \(artifact.digest) in the store are damaged or missing; they are not handed out. Whoever has "
                + "the file can upload it again, which heals it; the operator finds what was there in 'quarantine'."
        )
    }

    /// Finds out what is wrong with an artifact, and mends what can be mended.
    ///
    /// - Returns: whether reading again is worth it.
    private func isHealed(_ record: ArtifactRecord, after fault: ArtifactFault) async throws -> Bool {
        let artifact = record.artifact
        if let found = try await reader.whole(artifact.digest), found.artifact == artifact {
            // The bytes are right: the list was missing or wrong, or somebody brought the bytes a moment ago.
            try await store.keepBlockList(found.blocks.bytes, of: artifact.digest)
            let (now, list) = (keeper.now(), found.blocks.digest)
            try await database.transaction { connection in
                try ArtifactRecordStore.noteVerified(artifact.digest, blocks: list, at: now, on: connection)
            }
            return true
        }
        if record.state == .stored {
            guard try await markCorrupt(record, because: fault) else { return true }
        }
        return await repair(artifact.digest)
    }

    /// Sets wrong bytes aside and notes it.
    ///
    /// - Parameters:
    ///   - record: the artifact as it was when its bytes were judged.
    ///   - fault: what was found, for the log.
    /// - Returns: false when somebody has brought the right bytes meanwhile, or removed the artifact.
    /// - Throws: storage and file errors.
    func markCorrupt(_ record: ArtifactRecord, because fault: ArtifactFault) async throws -> Bool {
        let digest = record.artifact.digest
        guard try await store.quarantine(digest) else { return false }
        let isNoted = try await database.transaction {
            try ArtifactRecordStore.noteCorrupt(digest, generation: record.generation, on: $0)
        }
        guard isNoted else { return false }
        Counter(label: "artifacts_corrupt_total").increment()
        logger.error(
            "an artifact is damaged; its bytes were set aside and are not handed out",
            metadata: ["artifact": "\(digest)", "fault": "\(fault)", "size": "\(record.artifact.size)"]
        )
        return true
    }
}
