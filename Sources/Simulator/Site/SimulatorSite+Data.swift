package import Attestation
package import Gateway
package import Slurm
internal import Synchronization

/// The files of a simulated site: the same commands as at a cluster, run on this machine and kept to one folder.
extension SimulatorSite: SiteData {
    package var data: (any SiteData)? { self }

    package func lookIntoCache(
        _ digests: [SHA256Digest]
    ) async throws(SiteFailure) -> [SHA256Digest: CachedFile] {
        let files = try await run { try LookIntoCache(digests.map(\.hexadecimal), root: $0, shell: $1) }
        var found: [SHA256Digest: CachedFile] = [:]
        for file in files { if let digest = SHA256Digest("sha256:\(file.digest)") { found[digest] = file } }
        return found
    }

    package func send(
        _ artifact: StoredArtifact,
        reading read: @escaping @Sendable (Int64) async throws -> [UInt8],
        progress: @escaping @Sendable (Int64) async throws -> Void
    ) async throws {
        let folder = place.folder
        let name = SiteCache.incomingPath(artifact.digest.hexadecimal)
        let there = try await Task.blocking { try folder.read(name, key: nil, offset: 0, length: 0)?.size ?? 0 }
        var position = there <= artifact.size ? there : 0
        repeat {
            try await progress(position)
            let (piece, start) = (position < artifact.size ? try await read(position) : [], position)
            try await Task.blocking { try folder.write(piece, to: name, at: start) }
            position += Int64(piece.count)
        } while position < artifact.size
        try await progress(artifact.size)
    }

    package func fetch(_ url: String, as artifact: StoredArtifact) async throws(SiteFailure) -> String? {
        "A simulated site fetches nothing itself."
    }

    package func takeIntoCache(
        _ artifacts: [StoredArtifact]
    ) async throws(SiteFailure) -> [SHA256Digest: TakeIntoCache.Result] {
        let answers = try await run { root, shell in
            try TakeIntoCache(
                artifacts.map(\.digest.hexadecimal),
                root: root,
                shell: shell,
                deadline: .seconds(3600)
            )
        }
        var results: [SHA256Digest: TakeIntoCache.Result] = [:]
        for artifact in artifacts { results[artifact.digest] = answers[artifact.digest.hexadecimal] }
        return results
    }

    package func hash(
        _ paths: [String],
        key: String?,
        protects: Bool,
        bytes: Int64?
    ) async throws(SiteFailure) -> [HashFiles.Result] {
        let refusals = paths.map { refusal(of: $0, key: key) }
        let allowed = zip(paths, refusals).filter { $0.1 == nil }.map(\.0)
        var hashed =
            allowed.isEmpty
            ? []
            : try await run { root, shell in
                try HashFiles(
                    allowed,
                    in: key.map { "\(root)/\($0)" } ?? root,
                    protects: protects,
                    shell: shell,
                    deadline: .seconds(3600)
                )
            }
        hashed.reverse()
        return refusals.map { refusal in
            refusal.map { .failed(reason: $0) } ?? hashed.popLast() ?? .failed(reason: "it was not hashed")
        }
    }

    /// Why a path is not read; nil when it may be.
    private func refusal(of path: String, key: String?) -> String? {
        if path.hasPrefix("/") {
            return place.folder.holds(path) ? nil : "\(SimulatorFolder.Outside(path: path))"
        }
        do {
            _ = try place.folder.place(path, key: key)
            return nil
        } catch {
            return "\(error)"
        }
    }

    package func link(_ links: [LinkInputs.Link], key: String) async throws(SiteFailure) -> LinkInputs.Result {
        // Symbolic links to files of this machine are what must never be made here.
        for link in links { if case .siteFile(let path) = link.target { return .failed(reason: outside(path)) } }
        return try await run { try LinkInputs(links, key: key, root: $0, shell: $1, deadline: .seconds(3600)) }
    }

    private func outside(_ path: String) -> String { "\(SimulatorFolder.Outside(path: path))" }

    package func adopt(
        _ files: [AdoptOutputs.File],
        key: String
    ) async throws(SiteFailure) -> AdoptOutputs.Report {
        try await run { try AdoptOutputs(files, key: key, root: $0, shell: $1) }
    }

    package func receive(
        _ path: String,
        key: String?,
        limit: Int64,
        to consumer: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws -> Bool {
        let folder = place.folder
        var offset: Int64 = 0
        while true {
            let start = offset
            let part = try await Task.blocking { try folder.read(path, key: key, offset: start, length: 1 << 20) }
            guard let part else { return false }
            guard part.size <= limit else {
                throw SiteFailure(reason: "'\(path)' has \(part.size) bytes, more than \(limit)", isTransient: false)
            }
            if part.bytes.isEmpty { return true }
            try await consumer(part.bytes)
            offset += Int64(part.bytes.count)
        }
    }

    package func clean(folders: [String], cached: [SHA256Digest]) async throws(SiteFailure) -> CleanSite.Report {
        try await run { root, shell in
            try CleanSite(
                folders: folders,
                cached: cached.map(\.hexadecimal),
                root: root,
                shell: shell,
                deadline: .seconds(1800)
            )
        }
    }

    /// Runs a command that works in the folder of all jobs.
    func run<Command: RemoteCommand>(
        _ command: (String, RemoteShell) throws -> Command
    ) async throws(SiteFailure) -> Command.Output {
        do {
            try place.folder.make(place.folder.path)
            return try await LocalShell(folder: place.folder.path)
                .run(try command(place.folder.path, try LocalShell.wrapper()))
        } catch {
            throw place.failure(error)
        }
    }
}
