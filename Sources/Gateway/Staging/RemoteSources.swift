internal import Attestation
internal import CurlClient
internal import FoundationEssentials
internal import Synchronization

/// Where inputs outside the gateway and its sites are fetched from: the web, and buckets.
///
/// Whoever writes a manifest chooses the address, so the policy says what may be reached, for how long and how much of it.
struct RemoteSources: Sendable {
    /// Pieces of one file that are asked for after a cut.
    private static let attempts = 5

    private let policy: SourcePolicy
    private let client: HTTPClient
    private let keeper: TimeKeeper

    init(policy: SourcePolicy, client: HTTPClient, keeper: TimeKeeper) {
        (self.policy, self.client, self.keeper) = (policy, client, keeper)
    }

    /// Brings an input's bytes into the artifact store.
    ///
    /// - Parameters:
    ///   - input: a source in the web or in a bucket.
    ///   - library: the store.
    ///   - progress: is told how many bytes have come.
    /// - Returns: what came.
    /// - Throws: ``InputFailure``; file and storage errors.
    func fetch(
        _ input: JobManifest.Input,
        into library: ArtifactLibrary,
        progress: @escaping @Sendable (Int64) async throws -> Void
    ) async throws -> StoredArtifact {
        let sink = Sink(library, limit: policy.maximumBytes, progress: progress)
        do {
            try sink.begin()
            switch input.source {
            case .web(let url): try await download(url, into: sink)
            case .bucket(let name, let key): try await read(name, key, into: sink)
            case .inline, .siteFile, .artifact, .output: break
            }
            return try await sink.keep()
        } catch {
            sink.discard()
            throw Self.explain(error, input)
        }
    }

    // MARK: - The web

    private func download(_ url: String, into sink: Sink) async throws {
        let policy = self.policy
        let download = GuardedDownload(
            client,
            policy: .init(
                permits: { policy.permits($0, isSecure: $1) },
                allowsPlainHTTP: !policy.allowed.isEmpty,
                maximumByteCount: Int(policy.maximumBytes),
                totalTime: policy.totalTime,
                leastSpeed: .init(bytesPerSecond: policy.leastBytesPerSecond, during: .seconds(30))
            )
        )
        var headers: HTTPHeaders = [:]
        if let token = policy.token(for: url) { headers["Authorization"] = "Bearer \(token)" }
        var position: GuardedDownload.Position?
        for attempt in 1...Self.attempts {
            guard let cut = await part(url, headers, from: position, download, into: sink) else { return }
            guard cut.isTransient, attempt < Self.attempts else { throw cut }
            position = GuardedDownload.Position(byteCount: Int(sink.size), etag: sink.etag)
            try await Task.sleep(for: .milliseconds(200 * (1 << attempt)))
        }
    }

    /// - Returns: what broke it off; nil at the end of the file.
    private func part(
        _ url: String,
        _ headers: HTTPHeaders,
        from position: GuardedDownload.Position?,
        _ download: GuardedDownload,
        into sink: Sink
    ) async -> GuardedDownloadError? {
        let begin: @Sendable (DownloadedFile) async throws -> Void = { file in
            sink.etag = file.etag
            if file.offset == 0 { try sink.begin() }
        }
        do throws(GuardedDownloadError) {
            _ = try await download(url, headers: headers, from: position, begin: begin) { try await sink.take($0) }
            return nil
        } catch {
            return error
        }
    }

    // MARK: - Buckets

    private func bucket(_ name: String) throws(InputFailure) -> S3Client {
        guard let bucket = policy.buckets[name] else {
            throw .refused(reason: "the bucket '\(name)' is not one of this gateway's")
        }
        return S3Client(bucket.place, credentials: bucket.credentials, client: client, mayConnect: nil) {
            [keeper] in Date(timeIntervalSince1970: Double(keeper.now().microseconds) / 1_000_000)
        }
    }

    private func read(_ name: String, _ key: String, into sink: Sink) async throws {
        let bucket = try bucket(name)
        let object = try await bucket.head(key)
        guard object.byteCount <= policy.maximumBytes else {
            throw GuardedDownloadError.tooLarge(limit: Int(policy.maximumBytes))
        }
        var failures = 0
        while sink.size < object.byteCount {
            let begun = sink.size
            do {
                let answer = try await bucket.get(key, range: Int(begun)..<object.byteCount, ifMatch: object.etag)
                for try await piece in answer.body { try await sink.take(piece) }
            } catch let error as S3Error where error.isTransient && failures < Self.attempts {
                failures += 1
            } catch let error as HTTPClientError where error.isTransient && failures < Self.attempts {
                failures += 1
            }
            if sink.size == begun { try await Task.sleep(for: .milliseconds(200 * (1 << failures))) }
        }
    }

    /// An address under which a site can fetch an input itself, for an hour: of an input in a bucket only.
    ///
    /// It holds a permission: it goes to the site, and into no log.
    func address(of input: JobManifest.Input) -> String? {
        guard case .bucket(let name, let key) = input.source, let bucket = try? bucket(name),
            policy.buckets[name]?.credentials != nil
        else { return nil }
        return try? bucket.presignedURL("GET", key, seconds: 3600)
    }

    /// How long an object in a bucket is, in bytes; nil for other sources.
    ///
    /// - Throws: ``InputFailure``.
    func size(of input: JobManifest.Input) async throws -> Int64? {
        guard case .bucket(let name, let key) = input.source else { return nil }
        do {
            return Int64(try await bucket(name).head(key).byteCount)
        } catch {
            throw Self.explain(error, input)
        }
    }

    // MARK: - Failures

    private static func explain(_ error: any Error, _ input: JobManifest.Input) -> any Error {
        func words(_ text: String) -> String { "'\(input.path)' from \(input.source.shown): \(text)" }
        switch error {
        case let error as GuardedDownloadError:
            if case .cancelled = error { return CancellationError() }
            // Such as a full disk here.
            if case .notTaken = error { return InputFailure.waits(reason: words("\(error)")) }
            return error.isTransient
                ? InputFailure.waits(reason: words("\(error)")) : InputFailure.refused(reason: words("\(error)"))
        case let error as S3Error:
            return error.isTransient
                ? InputFailure.waits(reason: words("\(error)")) : InputFailure.refused(reason: words("\(error)"))
        case let error as HTTPClientError: return InputFailure.waits(reason: words("\(error)"))
        case InputFailure.refused(let reason): return InputFailure.refused(reason: words(reason))
        default: return error
        }
    }
}

/// Takes the bytes of a download into an artifact under writing, which may begin anew.
private final class Sink: Sendable {
    private struct State {
        var writer: ArtifactWriter?
        var etag: String?
    }

    private let library: ArtifactLibrary
    private let limit: Int64
    private let progress: @Sendable (Int64) async throws -> Void
    private let state = Mutex(State())

    init(
        _ library: ArtifactLibrary,
        limit: Int64,
        progress: @escaping @Sendable (Int64) async throws -> Void
    ) {
        (self.library, self.limit, self.progress) = (library, limit, progress)
    }

    var size: Int64 { state.withLock { $0.writer?.size ?? 0 } }

    var etag: String? {
        get { state.withLock { $0.etag } }
        set { state.withLock { $0.etag = newValue } }
    }

    /// Forgets what came, and begins with nothing.
    func begin() throws {
        discard()
        let writer = try library.writer()
        state.withLock { $0.writer = writer }
    }

    func take(_ bytes: [UInt8]) async throws {
        guard let writer = state.withLock({ $0.writer }) else { return }
        guard writer.size + Int64(bytes.count) <= limit else {
            throw GuardedDownloadError.tooLarge(limit: Int(limit))
        }
        try writer.write(bytes)
        try await progress(writer.size)
    }

    func keep() async throws -> StoredArtifact {
        guard let writer = release() else { throw CancellationError() }
        return try await library.keep(writer)
    }

    func discard() { release()?.discard() }

    private func release() -> ArtifactWriter? {
        state.withLock { state in
            let writer = state.writer
            state.writer = nil
            return writer
        }
    }
}
