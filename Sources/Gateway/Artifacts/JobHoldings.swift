internal import Attestation
internal import Storage

/// What jobs hold in the artifact store: their outputs, logs and inputs, each with its retention.
struct JobHoldings: Sendable {
    let policy: StoragePolicy
    /// The account of each site that has one for manifests without.
    let accounts: [String: String]
    let keeper: TimeKeeper

    /// Whether an artifact is there, and stays there in this moment.
    func isStored(_ digest: SHA256Digest, on connection: any StorageConnection) throws -> Bool {
        try ArtifactRecordStore.touch(digest, at: keeper.now(), on: connection) != nil
    }

    /// Writes files of a job down, in the caller's transaction.
    func record(
        _ files: [JobOutput],
        as role: OutputStore.Role,
        of job: Job,
        on connection: any StorageConnection
    ) throws {
        for file in files {
            try OutputStore.record(file, as: role, of: job.id, on: connection)
            try hold(file.digest, as: role == .log ? .log : .output, of: job, name: file.path, on: connection)
        }
    }

    /// Holds an artifact for a job.
    func hold(
        _ digest: SHA256Digest,
        as kind: ArtifactReference.Kind,
        of job: Job,
        name: String?,
        on connection: any StorageConnection
    ) throws {
        let now = keeper.now()
        let reference = ArtifactReference(
            kind: kind,
            holder: job.id.text,
            owner: job.owner,
            account: account(of: job),
            name: name,
            createdAt: now,
            expiresAt: expiry(of: job, from: now)
        )
        try ArtifactReferenceStore.write(reference, to: digest, on: connection)
    }

    /// When what a job holds is let go; nil for never.
    func expiry(of job: Job, from now: Timestamp) -> Timestamp? {
        switch job.manifest?.retention {
        case .forever?: nil
        case .seconds(let seconds)?: now + .seconds(seconds)
        case nil: policy.expiry(asked: nil, from: now)
        }
    }

    /// The allocation a job counts against: the manifest's account, the site's, else its owner's name.
    func account(of job: Job) -> String {
        job.manifest?.resources.account ?? accounts[job.site] ?? job.owner
    }
}
