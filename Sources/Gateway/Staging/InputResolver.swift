internal import Attestation
internal import Slurm
internal import Storage

/// Why a job's inputs cannot be had.
enum InputFailure: Error, Sendable, Hashable {
    /// They never can: the job ends before it is submitted.
    case refused(reason: String)
    /// They may be later.
    case waits(reason: String)
}

/// Finds out what every input of a job is, by digest.
struct InputResolver: Sendable {
    let database: any Database
    let library: ArtifactLibrary
    let sources: RemoteSources
    let keeper: TimeKeeper

    // MARK: - What is known without asking anybody

    /// The key text of every input by its path, where that can be told at once; nil when something must be asked for.
    static func known(
        _ manifest: JobManifest,
        owner: String,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> [String: String]? {
        var texts: [String: String] = [:]
        for (position, input) in manifest.inputs.enumerated() {
            switch input.source {
            case .web, .bucket:
                guard let digest = input.digest else { return nil }
                texts[input.path] = keyText(digest, input)
            case .siteFile: return nil
            case .inline, .artifact, .output:
                guard let found = try local(input, position, owner: owner, at: now, on: connection) else { return nil }
                for file in found { texts[file.path] = file.keyText }
            }
        }
        return texts
    }

    private static func keyText(_ digest: SHA256Digest, _ input: JobManifest.Input) -> String {
        input.isExecutable ? digest.description + "+x" : digest.description
    }

    /// An input that the gateway holds itself; nil when it must be waited for.
    ///
    /// - Throws: ``InputFailure/refused(reason:)``.
    private static func local(
        _ input: JobManifest.Input,
        _ position: Int,
        owner: String,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws -> [StagedInput]? {
        switch input.source {
        case .inline(let bytes):
            return [staged(input, position, digest: SHA256Digest(of: bytes), size: Int64(bytes.count))]
        case .artifact(let digest):
            guard let record = try ArtifactRecordStore.find(digest, on: connection), record.state == .stored,
                try !ArtifactReferenceStore.live(to: digest, owner: owner, at: now, on: connection).isEmpty
            else { throw InputFailure.refused(reason: "'\(input.path)': there is no artifact \(digest)") }
            return [staged(input, position, digest: digest, size: record.artifact.size)]
        case .output(let id, let path):
            return try outputs(input, position, of: id, path: path, owner: owner, on: connection)
        case .web, .bucket, .siteFile: return nil
        }
    }

    private static func outputs(
        _ input: JobManifest.Input,
        _ position: Int,
        of id: JobID,
        path: String,
        owner: String,
        on connection: any StorageConnection
    ) throws -> [StagedInput]? {
        guard let job = try JobStore.find(id, on: connection), job.owner == owner else {
            throw InputFailure.refused(reason: "'\(input.path)': there is no job \(id)")
        }
        guard job.state.isFinal else { return nil }
        let all = try OutputStore.list(.output, of: id, on: connection)
        let fitting = path.hasSuffix("/") ? all.filter { $0.path.hasPrefix(path) } : all.filter { $0.path == path }
        guard !fitting.isEmpty else {
            let state = job.state == .completed ? "" : ", which is \(job.state.rawValue),"
            throw InputFailure.refused(reason: "'\(input.path)': the job \(id)\(state) has no output '\(path)'")
        }
        return fitting.map { output in
            let below = path.hasSuffix("/") ? "/" + output.path.dropFirst(path.count) : ""
            return staged(input, position, below: below, digest: output.digest, size: output.size)
        }
    }

    private static func staged(
        _ input: JobManifest.Input,
        _ position: Int,
        below: String = "",
        digest: SHA256Digest,
        size: Int64,
        kind: StagedInput.Kind = .bytes,
        place: String? = nil,
        seen: String? = nil
    ) -> StagedInput {
        StagedInput(
            position: position,
            path: input.path + below,
            source: input.source.text,
            kind: kind,
            digest: digest,
            size: size,
            place: place,
            seen: seen,
            isWritable: input.isWritable,
            isExecutable: input.isExecutable
        )
    }

    // MARK: - Asking

    /// Every input with its digest; bytes from elsewhere are in the artifact store afterwards.
    ///
    /// - Parameters:
    ///   - job: whose they are.
    ///   - manifest: what it asks for.
    ///   - site: where files of the site are hashed.
    ///   - remember: writes an input down that was fetched, so that it is not fetched again.
    ///   - progress: is told of bytes that came.
    /// - Returns: the files of all inputs, in the manifest's order.
    /// - Throws: ``InputFailure``, ``SiteFailure``, storage errors.
    func resolve(
        _ job: Job,
        _ manifest: JobManifest,
        at site: any Site,
        remember: @Sendable (StagedInput) async throws -> Void,
        progress: @escaping @Sendable (Int64) async throws -> Void
    ) async throws -> [StagedInput] {
        var inputs: [StagedInput] = []
        let remembered = try await database.read { try JobInputStore.list(of: job.id, manifest: manifest, on: $0) }
        for (position, input) in manifest.inputs.enumerated() {
            let found: [StagedInput]
            switch input.source {
            case .inline, .artifact, .output:
                let now = keeper.now()
                let local = try await database.read { connection in
                    try Self.local(input, position, owner: job.owner, at: now, on: connection)
                }
                guard let local else {
                    throw InputFailure.waits(reason: "'\(input.path)' waits for the end of \(input.source.shown).")
                }
                found = local
            case .web, .bucket:
                let before = remembered.first { $0.position == position }
                if let before, try await held(before.digest, by: job) != nil {
                    found = [before]
                } else {
                    let artifact = try await fetch(input, for: job, at: site, progress: progress)
                    found = [Self.staged(input, position, digest: artifact.digest, size: artifact.size)]
                    try Self.check(found[0], against: input)
                    try await remember(found[0])
                }
            case .siteFile(let path): found = [try await hash(path, input, position, at: site)]
            }
            for file in found { try Self.check(file, against: input) }
            inputs += found
        }
        return inputs
    }

    private static func check(_ file: StagedInput, against input: JobManifest.Input) throws(InputFailure) {
        guard let expected = input.digest, expected != file.digest else { return }
        throw .refused(
            reason:
                "'\(file.path)' from \(input.source.shown) hashes to \(file.digest), but the manifest expects \(expected)."
        )
    }

    /// Bytes from elsewhere; not fetched again when the owner may read what their declared digest names, and not fetched
    /// here when the site does that itself and will compare them with it.
    private func fetch(
        _ input: JobManifest.Input,
        for job: Job,
        at site: any Site,
        progress: @escaping @Sendable (Int64) async throws -> Void
    ) async throws -> StoredArtifact {
        if let digest = input.digest {
            if let known = try await held(digest, by: job) { return known }
            if site.configuration.cache.fetchesFromBuckets, sources.address(of: input) != nil,
                let size = try await sources.size(of: input)
            {
                return StoredArtifact(digest: digest, size: size)
            }
        }
        return try await sources.fetch(input, into: library, progress: progress)
    }

    private func held(_ digest: SHA256Digest, by job: Job) async throws -> StoredArtifact? {
        let now = keeper.now()
        return try await database.transaction { connection in
            guard try !ArtifactReferenceStore.live(to: digest, owner: job.owner, at: now, on: connection).isEmpty,
                let size = try ArtifactRecordStore.touch(digest, at: now, on: connection)
            else { return nil }
            return StoredArtifact(digest: digest, size: size)
        }
    }

    private func hash(
        _ path: String,
        _ input: JobManifest.Input,
        _ position: Int,
        at site: any Site
    ) async throws -> StagedInput {
        guard let data = site.data else {
            throw InputFailure.refused(reason: "'\(input.path)': the site has no files of its own")
        }
        switch try await data.hash([path], key: nil, protects: false, bytes: nil).first {
        case .file(let file)?:
            guard let digest = SHA256Digest("sha256:\(file.digest)") else { break }
            let seen = "\(file.size) \(file.modified) \(file.inode)"
            return Self.staged(
                input,
                position,
                digest: digest,
                size: file.size,
                kind: .siteFile,
                place: path,
                seen: seen
            )
        case .folder(let hash, let size)?:
            guard let digest = SHA256Digest("sha256:\(hash)") else { break }
            return Self.staged(
                input,
                position,
                digest: digest,
                size: size,
                kind: .siteFolder,
                place: path,
                seen: hash
            )
        case .failed(let reason)?:
            throw InputFailure.refused(reason: "'\(input.path)' from \(input.source.shown): \(reason)")
        case nil: break
        }
        throw InputFailure.waits(reason: "'\(input.path)': the site gave no digest of \(path).")
    }
}
