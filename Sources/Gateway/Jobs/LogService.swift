internal import Storage

/// What people read of a job's standard output and standard error.
package struct LogService: Sendable {
    /// Which of the two.
    package enum Stream: String, Sendable, CaseIterable {
        /// Standard output.
        case stdout
        /// Standard error.
        case stderr
    }

    /// A part of a log.
    package struct Slice: Sendable {
        /// The bytes asked for, fewer at the end.
        package let bytes: [UInt8]
        /// The log's size now.
        package let total: Int64
        /// Whether the log will not grow any more.
        package let isComplete: Bool
    }

    private static let chunk = 256 << 10

    let database: any Database
    let artifacts: ArtifactLibrary
    let jobs: JobService
    let sites: SiteDirectory
    let feed: EventFeed

    /// Reads a part: from the artifact store when the log is home, else from the site.
    ///
    /// - Parameters:
    ///   - id: the job.
    ///   - stream: which log.
    ///   - task: the array task, for a job array.
    ///   - offset: first byte; negative counts from the end.
    ///   - length: the most bytes.
    /// - Returns: the part; empty before the job has written anything.
    /// - Throws: ``GatewayError``.
    package func read(
        _ id: JobID,
        _ stream: Stream,
        task: Int?,
        offset: Int64,
        length: Int
    ) async throws -> Slice {
        let job = try await jobs.job(id)
        try Self.checkTask(task, job)
        let log = JobFolder.log(stream.rawValue, task: task)
        if let stored = try await database.read({ try OutputStore.find(log.name, as: .log, of: id, on: $0) }) {
            let start = Self.start(offset, size: stored.size)
            let bytes = try await artifacts.read(stored.digest, offset: start, length: length)
            return Slice(bytes: bytes, total: stored.size, isComplete: true)
        }
        guard job.submission == .accepted, !job.state.isFinal else {
            return Slice(bytes: [], total: 0, isComplete: job.state.isFinal)
        }
        do {
            guard let site = try await sites.way(of: job) else { return Slice(bytes: [], total: 0, isComplete: false) }
            return try await remote(log, of: job, at: site, offset: offset, length: length)
        } catch let failure as SiteFailure {
            throw GatewayError(.siteUnavailable, "The log cannot be read from \(job.site) now: \(failure.reason)")
        }
    }

    private func remote(
        _ log: JobFolder.Log,
        of job: Job,
        at site: any Site,
        offset: Int64,
        length: Int
    ) async throws(SiteFailure) -> Slice {
        var part = try await site.read(
            log.path,
            key: job.submissionKey,
            offset: max(0, offset),
            length: offset < 0 ? 0 : length
        )
        if offset < 0, let size = part?.size {
            part = try await site.read(
                log.path,
                key: job.submissionKey,
                offset: Self.start(offset, size: size),
                length: length
            )
        }
        return Slice(bytes: part?.bytes ?? [], total: part?.size ?? 0, isComplete: false)
    }

    private static func start(_ offset: Int64, size: Int64) -> Int64 { offset < 0 ? max(0, size + offset) : offset }

    private static func checkTask(_ task: Int?, _ job: Job) throws(GatewayError) {
        switch (task, job.arrayCount) {
        case (nil, nil), (.some, .some): return
        case (nil, .some):
            throw GatewayError(
                .notFound,
                "The job is a job array, whose tasks have logs: name one, such as ?task=\(job.tasks.keys.min() ?? 0)."
            )
        case (.some, nil):
            throw GatewayError(.notFound, "The job is no job array and has no tasks: leave 'task' out.")
        }
    }

    /// Follows a log until the job has ended and everything was read.
    package func follow(
        _ id: JobID,
        _ stream: Stream,
        task: Int?,
        from offset: Int64
    ) -> AsyncThrowingStream<[UInt8], any Error> {
        let reader = LogFollower(id: id, stream: stream, task: task, offset: offset, service: self)
        return AsyncThrowingStream { try await reader.next() }
    }

    /// One reader's place in a growing log.
    private actor LogFollower {
        let id: JobID
        let stream: Stream
        let task: Int?
        let service: LogService
        var offset: Int64
        var isComplete = false

        init(id: JobID, stream: Stream, task: Int?, offset: Int64, service: LogService) {
            self.id = id
            self.stream = stream
            self.task = task
            self.offset = offset
            self.service = service
        }

        func next() async throws -> [UInt8]? {
            while !isComplete {
                let slice = try await service.read(id, stream, task: task, offset: offset, length: LogService.chunk)
                if offset < 0 { offset = max(0, slice.total + offset) }
                offset += Int64(slice.bytes.count)
                if slice.isComplete, offset >= slice.total { isComplete = true }
                if !slice.bytes.isEmpty { return slice.bytes }
                if !isComplete { try await Task.sleep(for: .milliseconds(700)) }
            }
            return nil
        }
    }
}
