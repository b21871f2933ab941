import CurlClient

/// Reads a job's log to its end, across lost connections, each byte once.
struct LogStream: Sendable {
    let client: RESTClient
    let jobID: String
    /// The log's path, with the array task if there is one.
    let target: RequestTarget

    /// Hands over the bytes that are there now.
    func read(take: ([UInt8]) throws -> Void) async throws {
        var offset = 0
        try await read(target, from: &offset, stall: .seconds(60), progress: {}, take)
    }

    /// Hands over the bytes as they come, until the job has ended.
    ///
    /// `note` tells the person that the connection was lost, `take` takes the next bytes.
    func follow(
        note: @escaping @Sendable (String) async throws -> Void,
        take: ([UInt8]) throws -> Void
    ) async throws {
        var offset = 0
        try await Reconnection(note: note).run { progress in
            // A quiet job writes nothing for hours: silence is no fault here.
            try await read(target.query("follow", "true"), from: &offset, stall: nil, progress: progress, take)
            let job = try await client.job(jobID)
            guard job.isFinal || job.state == "retrieving" else { return false }
            // The stream may have ended for another reason before the job did; whatever is left is read now.
            try await read(target, from: &offset, stall: .seconds(60), progress: progress, take)
            return true
        }
    }

    /// Reads over one connection.
    ///
    /// It asks for one byte it already has, so that the range exists even when nothing is new.
    private func read(
        _ target: RequestTarget,
        from offset: inout Int,
        stall: Duration?,
        progress: () -> Void,
        _ take: ([UInt8]) throws -> Void
    ) async throws {
        let headers: HTTPHeaders = offset > 0 ? ["Range": "bytes=\(offset - 1)-"] : [:]
        let limits = HTTPRequest.TimeLimits(connect: .seconds(10), total: nil, stall: stall)
        let response = try await client.stream(target, headers: headers, allowing: [416], timeLimits: limits)
        guard response.head.status != 416 else {
            // The log is shorter than what was read: another attempt of the job began it anew.
            offset = 0
            return
        }
        var position = response.head.status == 206 ? offset - 1 : 0
        do {
            for try await chunk in response.body {
                progress()
                let news = chunk.dropFirst(max(0, offset - position))
                position += chunk.count
                guard !news.isEmpty else { continue }
                try take(Array(news))
                offset = position
            }
        } catch let error as HTTPClientError {
            throw client.failure(error)
        }
    }
}
