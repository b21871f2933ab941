internal import Attestation
internal import Slurm
internal import Storage

/// Brings a job's outputs home.
///
/// They are hashed where they are, and get a second name in the site's cache: what the gateway has already does not
/// travel, what arrives is compared, and another job at the site finds them there.
struct OutputRetrieval: Sendable {
    private static let chunk = 4 << 20

    let world: World
    let job: Job
    let site: any Site

    /// An output as the site sees it.
    private struct Found: Sendable {
        let path: String
        let size: Int64
        /// Nil where the site computes none.
        let digest: SHA256Digest?
    }

    /// - Parameter folderSize: is set to the bytes of the job's folder.
    /// - Returns: what is missing, in words.
    /// - Throws: ``SiteFailure``, `ArtifactStoreFailure`, storage and file errors.
    func run(_ folderSize: inout Int64?) async throws -> [String] {
        let globs = job.manifest?.outputs ?? []
        guard !globs.isEmpty else { return [] }
        let listing = try await site.list(globs, key: job.submissionKey)
        let files = listing.files.filter { !isInput($0.path) }
        var missing = listing.refused.filter { !isInput($0.key) }.sorted { $0.key < $1.key }
            .map { "'\($0.key)' \($0.value)" }
        missing += listing.unmatched.map { "nothing matched '\($0)'" }
        let found = try await hash(files, &missing)
        folderSize = try await adopt(found)
        var left = Int64(world.limits.outputTotalBytes)
        for file in found {
            guard file.size <= min(left, Int64(world.limits.outputFileBytes)) else {
                missing.append("'\(file.path)' (\(file.size) bytes) is larger than the gateway takes")
                continue
            }
            if let refusal = try await bring(file) { missing.append(refusal) } else { left -= file.size }
        }
        return missing
    }

    /// What the job was given is no output, unless it was given it to change.
    private func isInput(_ path: String) -> Bool {
        guard let inputs = job.manifest?.inputs else { return false }
        return inputs.contains { input in
            !input.isWritable && input.source.inlineBytes == nil
                && (path == input.path || path.hasPrefix(input.path + "/"))
        }
    }

    private func hash(_ files: [SiteFile], _ missing: inout [String]) async throws -> [Found] {
        guard let data = site.data, !files.isEmpty else {
            return files.map { Found(path: $0.path, size: $0.size, digest: nil) }
        }
        let bytes = files.reduce(0) { $0 + $1.size }
        let results = try await data.hash(files.map(\.path), key: job.submissionKey, protects: true, bytes: bytes)
        var found: [Found] = []
        for (file, result) in zip(files, results) {
            if case .file(let hashed) = result, let digest = SHA256Digest("sha256:\(hashed.digest)") {
                found.append(Found(path: file.path, size: hashed.size, digest: digest))
            } else if case .failed(let reason) = result {
                missing.append("'\(file.path)' could not be read: \(reason)")
            }
        }
        return found
    }

    /// - Returns: bytes of the job's folder.
    private func adopt(_ found: [Found]) async throws -> Int64? {
        guard let data = site.data else { return nil }
        let files = found.compactMap { file in
            file.digest.map { AdoptOutputs.File(path: file.path, digest: $0.hexadecimal) }
        }
        let report = try await data.adopt(files, key: job.submissionKey)
        let now = world.keeper.now()
        try await world.write { connection in
            for copy in report.adopted {
                guard let digest = SHA256Digest("sha256:\(copy.digest)") else { continue }
                try SiteCopyStore.note(
                    digest,
                    size: copy.size,
                    modified: copy.modified,
                    at: site.lane,
                    now: now,
                    on: connection
                )
            }
        }
        return report.folderSize
    }

    // MARK: - One file

    /// - Returns: why it stays where it is; nil when it is home.
    private func bring(_ file: Found) async throws -> String? {
        if let digest = file.digest, try await isKnown(digest), try await record(file, digest) { return nil }
        guard let digest = try await fetch(file) else { return "'\(file.path)' could not be read" }
        guard try await record(file, digest) else {
            throw SiteFailure(reason: "'\(file.path)' was removed as soon as it was home", isTransient: true)
        }
        return nil
    }

    /// Whether the site is believed that a file is what the gateway holds under that digest, so that it does not travel.
    ///
    /// In an account of their own, a person decides what a file hashes to: only bytes that they may read anyway are theirs by
    /// that word alone.
    private func isKnown(_ digest: SHA256Digest) async throws -> Bool {
        guard job.lane.person != nil else { return true }
        let now = world.keeper.now()
        return try await world.database.read { connection in
            try !ArtifactReferenceStore.live(to: digest, owner: job.owner, at: now, on: connection).isEmpty
        }
    }

    /// Writes an output down whose bytes are in the store.
    ///
    /// - Returns: false when they are not.
    private func record(_ file: Found, _ digest: SHA256Digest) async throws -> Bool {
        let media = MediaType.of(path: file.path)
        let output = JobOutput(path: file.path, size: file.size, digest: digest, mediaType: media)
        return try await world.write { connection in
            guard try world.holdings.isStored(digest, on: connection) else { return false }
            try world.holdings.record([output], as: .output, of: job, on: connection)
            return true
        }
    }

    /// - Returns: false when it is not there or has grown.
    private func receive(_ file: Found, into writer: ArtifactWriter) async throws -> Bool {
        if let data = site.data {
            return try await data.receive(file.path, key: job.submissionKey, limit: file.size) { try writer.write($0) }
        }
        while writer.size < file.size {
            let length = Int(min(Int64(Self.chunk), file.size - writer.size))
            let part = try await site.read(file.path, key: job.submissionKey, offset: writer.size, length: length)
            guard let part, !part.bytes.isEmpty else { return false }
            try writer.write(part.bytes)
        }
        return true
    }

    /// Copies a file into the artifact store.
    ///
    /// - Returns: its digest; nil when it is not there or has grown.
    private func fetch(_ file: Found) async throws -> SHA256Digest? {
        let writer = try world.artifacts.writer()
        do {
            guard try await receive(file, into: writer) else {
                writer.discard()
                return nil
            }
            let kept = try await world.artifacts.keep(writer)
            if let expected = file.digest, expected != kept.digest {
                throw SiteFailure(
                    reason: "'\(file.path)' hashes to \(expected) at the site and to \(kept.digest) here.",
                    isTransient: true
                )
            }
            return kept.digest
        } catch {
            writer.discard()
            throw error
        }
    }
}
