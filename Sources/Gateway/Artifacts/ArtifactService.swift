package import Attestation
internal import Logging
internal import Metrics
internal import Storage

/// What people do with artifacts.
package struct ArtifactService: Sendable {
    let library: ArtifactLibrary

    private var database: any Database { library.database }

    /// Artifacts, the newest first; of somebody who is no admin only their own.
    ///
    /// - Parameters:
    ///   - query: which.
    ///   - person: who asks.
    /// - Returns: one page.
    /// - Throws: ``GatewayError`` for a cursor that is none; storage errors.
    package func list(_ query: ArtifactQuery, for person: Person) async throws -> ArtifactPage {
        let now = library.keeper.now()
        return try await database.read { try ArtifactCatalogStore.page(query, for: person, at: now, on: $0) }
    }

    /// One artifact.
    ///
    /// - Parameters:
    ///   - digest: its name.
    ///   - person: who asks.
    /// - Returns: what is known of it, and the references the person may see.
    /// - Throws: ``GatewayError`` of kind `notFound`, the same for what is not there and for what they may not read.
    package func artifact(_ digest: SHA256Digest, for person: Person) async throws -> ListedArtifact {
        let now = library.keeper.now()
        return try await database.read { connection in
            guard try library.mayRead(digest, person, on: connection),
                let record = try ArtifactRecordStore.find(digest, on: connection)
            else { throw ArtifactLibrary.absence(digest) }
            let owner = Rights.onlyOwner(.readArtifact, for: person)
            let held = try ArtifactReferenceStore.live(to: digest, owner: owner, at: now, on: connection)
            return ListedArtifact(record: record, references: held)
        }
    }

    /// Bytes of an artifact that somebody may read; see ``ArtifactLibrary/read(_:offset:length:)``.
    package func read(_ digest: SHA256Digest, offset: Int64, length: Int) async throws -> [UInt8] {
        try await library.read(digest, offset: offset, length: length)
    }

    /// Takes a whole file in one request.
    ///
    /// - Parameters:
    ///   - body: its bytes.
    ///   - announcement: what is known of it; a length of -1 is not known.
    ///   - person: who sends it.
    /// - Returns: the artifact.
    /// - Throws: ``GatewayError`` of the kinds `payloadTooLarge`, `quotaExceeded` and `digestMismatch`; what the body
    ///   throws.
    package func receive<Body: AsyncSequence & Sendable>(
        _ body: Body,
        _ announcement: UploadAnnouncement,
        by person: Person
    ) async throws -> StoredArtifact where Body.Element == [UInt8] {
        let limit = library.policy.uploadBytes
        let account = announcement.account ?? person.name
        guard announcement.length <= limit else { throw UploadService.tooLarge(limit) }
        try await database.read { try StorageAccounts.require(account, for: person, on: $0) }
        if announcement.length > 0 {
            try await database.transaction {
                try library.requireRoom(account, for: announcement.length, of: announcement.digest, on: $0)
            }
        }
        let writer = try library.writer()
        do {
            var incoming = IncomingBytes(writer: writer, limit: limit)
            for try await piece in body {
                guard try await incoming.take(piece) else { throw UploadService.tooLarge(limit) }
            }
            try await incoming.flush()
            let sealed = try await Task.blocking { try writer.seal() }
            if let expected = announcement.digest, expected != sealed.artifact.digest {
                throw GatewayError(
                    .digestMismatch,
                    "\(expected) was announced, and the bytes have \(sealed.artifact.digest)."
                )
            }
            let kept = try await library.keep(sealed)
            try await refer(kept, announcement, account, person)
            Counter(label: "uploads_received_bytes_total").increment(by: kept.size)
            return kept
        } catch {
            writer.discard()
            throw error
        }
    }

    private func refer(
        _ artifact: StoredArtifact,
        _ announcement: UploadAnnouncement,
        _ account: String,
        _ person: Person
    ) async throws {
        let now = library.keeper.now()
        var random = SystemRandomNumberGenerator()
        let reference = ArtifactReference(
            kind: .upload,
            holder: UploadID(at: now, random: &random).text,
            owner: person.name,
            account: account,
            name: announcement.name,
            createdAt: now,
            expiresAt: library.policy.expiry(asked: announcement.retention, from: now)
        )
        try await database.transaction { connection in
            try library.requireRoom(account, for: artifact.size, of: artifact.digest, on: connection)
            try library.refer(reference, to: artifact.digest, on: connection)
            let entry = AuditEntry("artifact.given", .init("artifact", artifact.digest.description), by: person)
            try AuditStore.append(entry, at: now, on: connection)
        }
    }

    /// Lets go of what a person uploaded; the bytes go when nobody else needs them.
    ///
    /// - Parameters:
    ///   - digest: the artifact.
    ///   - person: who uploaded it.
    /// - Throws: ``GatewayError`` of kind `notFound`; `conflict` when the person did not upload it.
    package func release(_ digest: SHA256Digest, by person: Person) async throws {
        let now = library.keeper.now()
        try await database.transaction { connection in
            guard try library.mayRead(digest, person, on: connection) else { throw ArtifactLibrary.absence(digest) }
            let ended = try ArtifactReferenceStore.release(
                .upload,
                of: digest,
                owner: person.name,
                at: now,
                on: connection
            )
            guard ended > 0 else {
                throw GatewayError(
                    .conflict,
                    "You have no upload of \(digest); what jobs hold goes when their retention ends."
                )
            }
            let entry = AuditEntry("artifact.released", .init("artifact", digest.description), by: person)
            try AuditStore.append(entry, at: now, on: connection)
        }
    }

    /// What allocations keep; see ``ArtifactLibrary/usage(for:)``.
    package func usage(for person: Person) async throws -> [StorageUsage] { try await library.usage(for: person) }
}
