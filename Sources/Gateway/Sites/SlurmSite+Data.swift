package import Attestation
internal import SSHClient
package import Slurm
internal import Synchronization

/// The files of a Slurm cluster: commands over SSH, bytes over SFTP.
extension SlurmSite: SiteData {
    /// No slower site is waited for: a file system that hashes or copies less in a second is out of order.
    private static let leastBytesPerSecond: Int64 = 10 << 20
    /// Paths in one command.
    private static let most = 500

    package var data: (any SiteData)? { self }

    package func lookIntoCache(
        _ digests: [SHA256Digest]
    ) async throws(SiteFailure) -> [SHA256Digest: CachedFile] {
        var found: [SHA256Digest: CachedFile] = [:]
        for start in stride(from: 0, to: digests.count, by: Self.most) {
            let part = digests[start..<min(start + Self.most, digests.count)]
            let files = try await run { root, shell in
                try LookIntoCache(part.map(\.hexadecimal), root: root, shell: shell)
            }
            for file in files { if let digest = SHA256Digest("sha256:\(file.digest)") { found[digest] = file } }
        }
        return found
    }

    package func send(
        _ artifact: StoredArtifact,
        reading read: @escaping @Sendable (Int64) async throws -> [UInt8],
        progress: @escaping @Sendable (Int64) async throws -> Void
    ) async throws {
        let place = "\(try await folder.path())/\(SiteCache.incomingPath(artifact.digest.hexadecimal))"
        try await makeIncoming()
        do {
            let there = Int64(try await pool.stat(place)?.size ?? 0)
            let source = Position(there <= artifact.size ? there : 0)
            try await pool.upload(
                to: place,
                offset: UInt64(source.value),
                isSynchronized: true,
                expected: UInt64(artifact.size)
            ) {
                let position = source.value
                try await progress(position)
                guard position < artifact.size else { return nil }
                let piece = try await read(position)
                source.advance(by: piece.count)
                return piece
            }
        } catch let error as SSHError {
            // Also a refusal: a full disk or a quota may have room later, and the reason is told meanwhile.
            throw SiteFailure(reason: SiteFailure(error).reason, isTransient: true)
        }
        try await progress(artifact.size)
    }

    package func receive(
        _ path: String,
        key: String?,
        limit: Int64,
        to consumer: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws -> Bool {
        let root = try await folder.path()
        let place = key.map { "\(root)/\($0)/\(path)" } ?? "\(root)/\(path)"
        let taken = Position(0)
        while true {
            let begun = taken.value
            do {
                _ = try await transport.calls.counted("ReadFile") {
                    try await pool.download(place, offset: UInt64(begun), limit: UInt64(max(0, limit - begun))) {
                        try await consumer($0)
                        taken.advance(by: $0.count)
                    }
                }
                return true
            } catch SSHError.fileFailure(_, _, notFound: true) {
                return false
            } catch let error as SSHError {
                // What has come is right: after a cut it goes on there, for as long as more comes each time.
                guard error.isTransient, taken.value > begun else { throw SiteFailure(error) }
            }
        }
    }

    private func makeIncoming() async throws {
        let root = try await folder.path()
        let command = "mkdir -p \(try ShellWord.quote("\(root)/\(SiteCache.incoming)"))"
        do {
            _ = try await pool.run(command, deadline: configuration.commandDeadline)
        } catch {
            throw SiteFailure(error)
        }
    }

    package func fetch(_ url: String, as artifact: StoredArtifact) async throws(SiteFailure) -> String? {
        let result = try await run { root, shell in
            try FetchToCache(
                url,
                digest: artifact.digest.hexadecimal,
                size: artifact.size,
                root: root,
                shell: shell,
                deadline: deadline(for: artifact.size)
            )
        }
        switch result {
        case .fetched: return nil
        case .failed(let reason): return reason
        }
    }

    package func takeIntoCache(
        _ artifacts: [StoredArtifact]
    ) async throws(SiteFailure) -> [SHA256Digest: TakeIntoCache.Result] {
        var results: [SHA256Digest: TakeIntoCache.Result] = [:]
        for start in stride(from: 0, to: artifacts.count, by: Self.most) {
            let part = artifacts[start..<min(start + Self.most, artifacts.count)]
            let answers = try await run { root, shell in
                try TakeIntoCache(
                    part.map(\.digest.hexadecimal),
                    root: root,
                    shell: shell,
                    deadline: deadline(for: part.reduce(0) { $0 + $1.size })
                )
            }
            for artifact in part { results[artifact.digest] = answers[artifact.digest.hexadecimal] }
        }
        return results
    }

    package func hash(
        _ paths: [String],
        key: String?,
        protects: Bool,
        bytes: Int64?
    ) async throws(SiteFailure) -> [HashFiles.Result] {
        var results: [HashFiles.Result] = []
        for start in stride(from: 0, to: paths.count, by: Self.most) {
            let part = paths[start..<min(start + Self.most, paths.count)]
            results += try await run { root, shell in
                try HashFiles(
                    Array(part),
                    in: key.map { "\(root)/\($0)" } ?? root,
                    protects: protects,
                    shell: shell,
                    deadline: bytes.map(deadline) ?? .seconds(3600)
                )
            }
        }
        return results
    }

    package func link(_ links: [LinkInputs.Link], key: String) async throws(SiteFailure) -> LinkInputs.Result {
        try await run { root, shell in
            try LinkInputs(links, key: key, root: root, shell: shell, deadline: .seconds(3600))
        }
    }

    package func adopt(
        _ files: [AdoptOutputs.File],
        key: String
    ) async throws(SiteFailure) -> AdoptOutputs.Report {
        var adopted: [CachedFile] = []
        var size: Int64?
        for start in stride(from: 0, to: max(1, files.count), by: Self.most) {
            let part = files[start..<min(start + Self.most, files.count)]
            let report = try await run { root, shell in
                try AdoptOutputs(Array(part), key: key, root: root, shell: shell)
            }
            adopted += report.adopted
            size = report.folderSize
        }
        return AdoptOutputs.Report(adopted: adopted, folderSize: size)
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

    private func deadline(for bytes: Int64) -> Duration {
        configuration.commandDeadline + .seconds(bytes / Self.leastBytesPerSecond)
    }

    /// Runs a command that works in the folder of all jobs.
    private func run<Command: RemoteCommand>(
        _ command: (String, RemoteShell) throws -> Command
    ) async throws(SiteFailure) -> Command.Output {
        do {
            return try await transport.run(try command(try await folder.path(), try shell()))
        } catch {
            throw SiteFailure(error)
        }
    }
}

/// How far a transfer is.
private final class Position: Sendable {
    private let offset: Mutex<Int64>

    init(_ start: Int64) { offset = Mutex(start) }

    var value: Int64 { offset.withLock { $0 } }

    func advance(by count: Int) { offset.withLock { $0 += Int64(count) } }
}
