import Attestation
import CurlClient
import Foundation

/// Downloads an artifact beside its place, goes on after a cut, checks its SHA-256, and puts it there.
struct ArtifactFetch {
    let client: RESTClient
    let digest: String
    /// Tells what went wrong and may pass.
    let note: @Sendable (String) async throws -> Void

    /// Downloads it to a file.
    /// - Throws: `CommandFailure` when what came is not the artifact, `RequestFailure`.
    func run(to path: String) async throws -> Int64 {
        let partial = path + ".farfield-part"
        if !FileManager.default.fileExists(atPath: partial) {
            guard FileManager.default.createFile(atPath: partial, contents: nil) else {
                throw CommandFailure(.invalid, "'\(printable(partial))' cannot be written")
            }
        }
        guard let handle = FileHandle(forUpdatingAtPath: partial) else {
            throw CommandFailure(.invalid, "'\(printable(partial))' cannot be written")
        }
        defer { try? handle.close() }
        var hash = SHA256Stream()
        var size: Int64 = 0
        // What came before a cut, of this run or an earlier one.
        while let data = try handle.read(upToCount: 1 << 20), !data.isEmpty {
            hash.update(Array(data))
            size += Int64(data.count)
        }
        try await Reconnection(note: note).run { progress in
            try await receive(from: size) { chunk in
                try handle.write(contentsOf: Data(chunk))
                hash.update(chunk)
                size += Int64(chunk.count)
                progress()
            }
        }
        let found = hash.finish().description
        guard found == digest else {
            try? FileManager.default.removeItem(atPath: partial)
            throw CommandFailure(.gatewayFailure, "what came has \(found), not \(printable(digest)); nothing was kept")
        }
        try OutputFolder(path: ".").put(partial, at: path)
        return size
    }

    /// - Returns: whether the last byte came.
    private func receive(from offset: Int64, _ body: ([UInt8]) throws -> Void) async throws -> Bool {
        let target = RequestTarget("artifacts", digest)
        let headers: HTTPHeaders = offset > 0 ? ["Range": "bytes=\(offset)-", "If-Range": "\"\(digest)\""] : [:]
        do {
            let response = try await client.stream(target, headers: headers, allowing: [416])
            // Nothing lies behind what we have.
            if response.head.status == 416 { return true }
            guard offset == 0 || response.head.status == 206 else {
                throw CommandFailure(.gatewayFailure, "the gateway did not go on at byte \(offset)")
            }
            var count: Int64 = 0
            for try await chunk in response.body {
                try body(chunk)
                count += Int64(chunk.count)
            }
            return response.head.contentLength.map { Int64($0) == count } ?? true
        } catch let error as HTTPClientError {
            throw client.failure(error)
        }
    }
}
