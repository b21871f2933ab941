internal import Attestation
internal import Foundation
internal import Logging
internal import Metrics
internal import Storage

/// Uploads that may be cut off and gone on with.
///
/// Their bytes go to a file of their own; how many count is written to the database after they are on the disk, so an
/// upload goes on after its gateway was killed, on any gateway of the installation.
package struct UploadService: Sendable {
    /// How many bytes are written between two notes of them.
    private static let stride: Int64 = 16 << 20

    let library: ArtifactLibrary
    let files: UploadFiles

    private var database: any Database { library.database }
    private var keeper: TimeKeeper { library.keeper }

    /// The largest upload, in bytes.
    package var limit: Int64 { library.policy.uploadBytes }

    /// Announces an upload.
    ///
    /// - Parameters:
    ///   - announcement: what will come.
    ///   - person: who sends it.
    /// - Returns: the upload; finished at once when it has no bytes.
    /// - Throws: ``GatewayError`` of the kinds `payloadTooLarge` and `quotaExceeded`.
    package func create(_ announcement: UploadAnnouncement, by person: Person) async throws -> Upload {
        guard announcement.length <= limit else { throw Self.tooLarge(limit) }
        let now = keeper.now()
        var random = SystemRandomNumberGenerator()
        let upload = Upload(
            id: UploadID(at: now, random: &random),
            owner: person.name,
            account: announcement.account ?? person.name,
            name: announcement.name,
            metadata: announcement.metadata,
            length: announcement.length,
            received: 0,
            expectedDigest: announcement.digest,
            retention: announcement.retention,
            createdAt: now,
            expiresAt: now + library.policy.uploadsExpire,
            digest: nil,
            finishedAt: nil,
            failure: nil
        )
        try await database.transaction { connection in
            try StorageAccounts.require(upload.account, for: person, on: connection)
            try library.requireRoom(upload.account, for: upload.length, of: upload.expectedDigest, on: connection)
            try UploadStore.insert(upload, on: connection)
            try AuditStore.append(
                AuditEntry("upload.begun", .init("upload", upload.id.text), by: person),
                at: now,
                on: connection
            )
        }
        return upload.length == 0 ? try await find(upload.id, for: person) : upload
    }

    /// An upload; one whose gateway died after its last byte is finished now.
    ///
    /// - Parameters:
    ///   - id: its name.
    ///   - person: who asks.
    /// - Returns: the upload as it stands.
    /// - Throws: ``GatewayError`` of kind `notFound`, also for uploads of others.
    package func find(_ id: UploadID, for person: Person) async throws -> Upload {
        let upload = try await stored(id, person)
        guard upload.received == upload.length, upload.finishedAt == nil, upload.failure == nil else { return upload }
        let lease = UploadLease(id: id, database: database, keeper: keeper)
        do {
            try await lease.held { try await finish(try await stored(id, person), lease) }
        } catch let error as GatewayError where error.kind == .uploadLocked {
            // Somebody does so at this moment.
        }
        return try await stored(id, person)
    }

    /// Whose an upload is; nil when there is none of that name.
    func owner(of id: UploadID) async throws -> String? {
        try await database.read { try UploadStore.find(id, on: $0)?.owner }
    }

    private func stored(_ id: UploadID, _ person: Person) async throws -> Upload {
        let upload = try await database.read { try UploadStore.find(id, on: $0) }
        guard let upload, Rights.allow(.useUpload, person, owner: upload.owner),
            upload.finishedAt != nil || upload.expiresAt >= keeper.now()
        else {
            throw GatewayError(
                .notFound,
                "There is no upload \(id); it may have been forgotten after its time was over."
            )
        }
        return upload
    }

    /// Adds bytes to an upload.
    ///
    /// What arrived before a cut counts, unless the part has a checksum: then all of it counts or nothing.
    ///
    /// - Parameters:
    ///   - id: its name.
    ///   - offset: where the bytes belong, which must be where the upload stands.
    ///   - checksum: what all of them must have.
    ///   - person: who sends them.
    ///   - body: the bytes.
    /// - Returns: the upload afterwards; finished when they were the last.
    /// - Throws: ``GatewayError`` of the kinds `notFound`, `conflict`, `uploadLocked`, `checksumMismatch`,
    ///   `digestMismatch`, `quotaExceeded` and `invalidRequest`; what the body throws.
    package func append<Body: AsyncSequence & Sendable>(
        to id: UploadID,
        at offset: Int64,
        checksum: UploadChecksum?,
        by person: Person,
        _ body: Body
    ) async throws -> Upload where Body.Element == [UInt8] {
        _ = try await stored(id, person)
        let lease = UploadLease(id: id, database: database, keeper: keeper)
        try await lease.held {
            let upload = try await stored(id, person)
            if let failure = upload.failure { throw GatewayError(.conflict, "The upload \(id) has failed: \(failure)") }
            guard offset == upload.received else {
                throw GatewayError(
                    .conflict,
                    "The upload \(id) stands at byte \(upload.received), not \(offset). Go on there."
                )
            }
            guard upload.finishedAt == nil else { return }
            try await write(body, to: upload, checksum, lease)
            try await finish(try await stored(id, person), lease)
        }
        return try await stored(id, person)
    }

    /// Forgets an upload and what has come of it; an artifact that it became stays.
    ///
    /// - Parameters:
    ///   - id: its name.
    ///   - person: whose it is, or an admin.
    /// - Throws: ``GatewayError`` of the kinds `notFound` and `uploadLocked`.
    package func remove(_ id: UploadID, by person: Person) async throws {
        _ = try await stored(id, person)
        let now = keeper.now()
        let isRemoved = try await database.transaction { connection in
            guard try UploadStore.remove(id, at: now, on: connection) else { return false }
            let entry = AuditEntry("upload.removed", .init("upload", id.text), by: person)
            try AuditStore.append(entry, at: now, on: connection)
            return true
        }
        guard isRemoved else { throw UploadLease.locked(id) }
        files.remove(id)
    }

    static func tooLarge(_ limit: Int64) -> GatewayError {
        GatewayError(
            .payloadTooLarge,
            "An upload may have at most \(ByteText.text(limit)) (storage.uploadSize). Ask the operator for more."
        )
    }
}

extension UploadService {
    private func write<Body: AsyncSequence & Sendable>(
        _ body: Body,
        to upload: Upload,
        _ checksum: UploadChecksum?,
        _ lease: UploadLease
    ) async throws where Body.Element == [UInt8] {
        let writer = try await resumed(upload)
        var incoming = IncomingBytes(writer: writer, limit: upload.length, checksum: checksum)
        var noted = upload.received
        do {
            for try await piece in body {
                guard try await incoming.take(piece) else {
                    throw GatewayError(
                        .invalidRequest,
                        "More bytes came than the \(upload.length) that were announced."
                    )
                }
                if checksum == nil, writer.size - noted >= Self.stride {
                    noted = writer.size
                    try await note(writer, of: upload.id, lease)
                }
            }
            try await incoming.flush()
        } catch {
            try? await incoming.flush()
            // A part with a checksum that is cut off counts for nothing.
            if checksum == nil { try? await note(writer, of: upload.id, lease) }
            leave(writer, of: upload.id, isUsable: checksum == nil)
            throw error
        }
        if let checksum, !incoming.has(checksum) {
            leave(writer, of: upload.id, isUsable: false)
            throw GatewayError(.checksumMismatch, "The part does not have its Upload-Checksum and was thrown away.")
        }
        try await note(writer, of: upload.id, lease)
        leave(writer, of: upload.id, isUsable: true)
        Counter(label: "uploads_received_bytes_total").increment(by: writer.size - upload.received)
    }

    private func leave(_ writer: ArtifactWriter, of id: UploadID, isUsable: Bool) {
        if isUsable { files.park(writer, of: id) } else { writer.leave() }
    }

    /// A writer at the place where the upload stands.
    private func resumed(_ upload: Upload) async throws -> ArtifactWriter {
        do {
            return try await files.writer(upload.id, at: upload.received)
        } catch let error as CocoaError where error.code == .fileReadNoSuchFile || error.code == .fileReadCorruptFile {
            throw try await failed(upload, GatewayError(.conflict, "Bytes of the upload are lost. Upload it anew."))
        }
    }

    /// Puts what was written on the disk, then says so.
    private func note(_ writer: ArtifactWriter, of id: UploadID, _ lease: UploadLease) async throws {
        try await Task.blocking { try writer.synchronize() }
        let (size, expires) = (writer.size, keeper.now() + library.policy.uploadsExpire)
        let isOurs = try await database.transaction {
            try UploadStore.note(received: size, of: id, writer: lease.holder, expires: expires, on: $0)
        }
        if !isOurs { throw UploadLease.locked(id) }
    }

    /// Makes an artifact of an upload whose bytes are all there; may be done again after any of its steps.
    private func finish(_ upload: Upload, _ lease: UploadLease) async throws {
        guard upload.received == upload.length, upload.finishedAt == nil, upload.failure == nil else { return }
        if let digest = upload.digest, !files.isThere(upload.id) {
            // It has its name already: only the reference is missing.
            guard try await library.find(digest) != nil else {
                throw try await failed(upload, GatewayError(.conflict, "Bytes of the upload are lost. Upload it anew."))
            }
            return try await conclude(upload, digest)
        }
        let writer = try await resumed(upload)
        let sealed = try await Task.blocking { try writer.seal() }
        let digest = sealed.artifact.digest
        if let expected = upload.expectedDigest, expected != digest {
            let error = GatewayError(.digestMismatch, "\(expected) was announced, and the bytes have \(digest).")
            throw try await failed(upload, error)
        }
        let isOurs = try await database.transaction {
            try UploadStore.note(digest: digest, of: upload.id, writer: lease.holder, on: $0)
        }
        guard isOurs else { throw UploadLease.locked(upload.id) }
        _ = try await library.keep(sealed)
        try await conclude(upload, digest)
    }

    private func conclude(_ upload: Upload, _ digest: SHA256Digest) async throws {
        let now = keeper.now()
        let reference = ArtifactReference(
            kind: .upload,
            holder: upload.id.text,
            owner: upload.owner,
            account: upload.account,
            name: upload.name,
            createdAt: now,
            expiresAt: library.policy.expiry(asked: upload.retention, from: now)
        )
        do {
            try await database.transaction { connection in
                try library.requireRoom(
                    upload.account,
                    for: upload.length,
                    of: digest,
                    finishing: upload.id,
                    on: connection
                )
                try library.refer(reference, to: digest, on: connection)
                try UploadStore.finish(upload.id, at: now, on: connection)
            }
        } catch let error as GatewayError where error.kind == .quotaExceeded {
            throw try await failed(upload, error)
        }
        let size = "\(upload.length)"
        library.logger.info(
            "an upload became an artifact",
            metadata: [
                "upload": "\(upload.id)", "artifact": "\(digest)", "size": "\(size)", "owner": "\(upload.owner)",
            ]
        )
    }

    /// Notes that an upload cannot become an artifact.
    ///
    /// - Returns: the reason, to be thrown.
    private func failed(_ upload: Upload, _ error: GatewayError) async throws -> GatewayError {
        try await database.transaction { try UploadStore.fail(upload.id, error.message, on: $0) }
        files.remove(upload.id)
        return error
    }
}
