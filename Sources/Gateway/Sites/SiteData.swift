package import Attestation
package import Slurm

/// The files of a place that runs jobs: its cache, inputs, outputs and old folders.
///
/// Every function may be called again after a failure. What gets a name in the cache was hashed at the site before.
package protocol SiteData: Sendable {
    /// Which files of the cache are there; nothing is hashed.
    ///
    /// - Throws: ``SiteFailure``.
    func lookIntoCache(_ digests: [SHA256Digest]) async throws(SiteFailure) -> [SHA256Digest: CachedFile]

    /// Sends bytes to the place where they wait to be checked; what an earlier try has sent is not sent again.
    ///
    /// - Parameters:
    ///   - artifact: their digest and size.
    ///   - read: gives bytes at an offset, never none before the end.
    ///   - progress: is told how many bytes are there.
    /// - Throws: ``SiteFailure``, or what `read` throws.
    func send(
        _ artifact: StoredArtifact,
        reading read: @escaping @Sendable (Int64) async throws -> [UInt8],
        progress: @escaping @Sendable (Int64) async throws -> Void
    ) async throws

    /// Lets the site fetch bytes itself, to the same place.
    ///
    /// - Parameters:
    ///   - url: an address that holds its own permission.
    ///   - artifact: digest and size.
    /// - Returns: why it could not; nil when it did.
    /// - Throws: ``SiteFailure``.
    func fetch(_ url: String, as artifact: StoredArtifact) async throws(SiteFailure) -> String?

    /// Hashes what was sent or fetched, and gives it its name in the cache.
    ///
    /// - Throws: ``SiteFailure``.
    func takeIntoCache(_ artifacts: [StoredArtifact]) async throws(SiteFailure) -> [SHA256Digest: TakeIntoCache.Result]

    /// Hashes files of the cache, of a job's folder, or anywhere at the site.
    ///
    /// - Parameters:
    ///   - paths: absolute, or below the folder.
    ///   - key: the job's folder; the folder of all jobs when nil.
    ///   - protects: whether the write permission is taken away first.
    ///   - bytes: how much it is in all, for the time it may take; nil when nobody knows.
    /// - Returns: one result for each path, in order.
    /// - Throws: ``SiteFailure``.
    func hash(
        _ paths: [String],
        key: String?,
        protects: Bool,
        bytes: Int64?
    ) async throws(SiteFailure) -> [HashFiles.Result]

    /// Puts a job's inputs into its folder.
    ///
    /// - Throws: ``SiteFailure``.
    func link(_ links: [LinkInputs.Link], key: String) async throws(SiteFailure) -> LinkInputs.Result

    /// Gives outputs a second name in the cache.
    ///
    /// - Returns: what is in the cache now, and how much the folder takes.
    /// - Throws: ``SiteFailure``.
    func adopt(_ files: [AdoptOutputs.File], key: String) async throws(SiteFailure) -> AdoptOutputs.Report

    /// Streams a file to a consumer; after a cut it goes on where it was.
    ///
    /// - Parameters:
    ///   - path: below the folder.
    ///   - key: the job's folder; the folder of all jobs when nil.
    ///   - limit: the most bytes; more is an error.
    ///   - consumer: gets the pieces in order; what it throws ends it.
    /// - Returns: false when there is no such file.
    /// - Throws: ``SiteFailure``, or what the consumer throws.
    func receive(
        _ path: String,
        key: String?,
        limit: Int64,
        to consumer: @escaping @Sendable ([UInt8]) async throws -> Void
    ) async throws -> Bool

    /// Removes folders of ended jobs, and files of the cache.
    ///
    /// - Throws: ``SiteFailure``.
    func clean(folders: [String], cached: [SHA256Digest]) async throws(SiteFailure) -> CleanSite.Report
}
