import Attestation
import CurlClient
import Foundation

/// Uploads one file in parts (tus 1.0.0), and goes on where the gateway stands after whatever went wrong.
struct FileUpload {
    /// What the gateway is told of the file, beside its name and digest.
    struct Wishes: Sendable {
        var account: String?
        var retention: String?
    }

    /// How far it is.
    enum Progress: Sendable {
        /// So many bytes were read, to know the digest.
        case reading(Int64)
        /// So many bytes are at the gateway.
        case sending(Int64)
        /// Something went wrong that may pass.
        case waiting(String)
    }

    private static let part = 8 << 20
    /// A part of 8 MiB may take ten minutes: about 14 kB/s.
    private static let limits = HTTPRequest.TimeLimits(connect: .seconds(10), total: .seconds(600), stall: nil)

    let client: RESTClient
    let path: String
    let wishes: Wishes
    let tell: @Sendable (Progress) async throws -> Void

    /// The file's name without its folder.
    var name: String { URL(fileURLWithPath: path).lastPathComponent }

    /// Uploads it.
    /// - Throws: `CommandFailure` when the file cannot be read, `RequestFailure`.
    func run() async throws -> (digest: String, size: Int64) {
        let handle = try open()
        defer { try? handle.close() }
        let digest = try await digest(of: handle)
        let size = Int64(try handle.offset())
        let id = try await announce(size, digest)
        try await send(handle, size, id)
        return (digest, size)
    }

    private func open() throws -> FileHandle {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        let isFolder = attributes?[.type] as? FileAttributeType == .typeDirectory
        guard attributes != nil, !isFolder, let handle = FileHandle(forReadingAtPath: path) else {
            let reason = attributes == nil ? "is not there" : isFolder ? "is a folder" : "cannot be read"
            throw CommandFailure(.invalid, "'\(printable(path))' \(reason)")
        }
        return handle
    }

    private func digest(of handle: FileHandle) async throws -> String {
        var hash = SHA256Stream()
        var count: Int64 = 0
        while let data = try handle.read(upToCount: 1 << 20), !data.isEmpty {
            hash.update(Array(data))
            count += Int64(data.count)
            try await tell(.reading(count))
        }
        return hash.finish().description
    }

    private func announce(_ size: Int64, _ digest: String) async throws -> String {
        var pairs = [("filename", name), ("sha256", digest)]
        if let account = wishes.account { pairs.append(("account", account)) }
        if let retention = wishes.retention { pairs.append(("retention", retention)) }
        let metadata = pairs.map { "\($0.0) \(Data($0.1.utf8).base64EncodedString())" }.joined(separator: ",")
        let headers: HTTPHeaders = [
            "Tus-Resumable": "1.0.0", "Upload-Length": String(size), "Upload-Metadata": metadata,
        ]
        var id = ""
        try await untilDone { _ in
            let answer = try await client.send("POST", RequestTarget("uploads"), body: [], headers: headers)
            id = try Answer(body: answer.body).decode(Wire.Upload.self).id
            return true
        }
        return id
    }

    /// Sends part after part; after a failure the gateway is asked where it stands.
    private func send(_ handle: FileHandle, _ size: Int64, _ id: String) async throws {
        var known: Int64? = 0
        try await untilDone { progress in
            if known == nil {
                let answer = try await client.get(RequestTarget("uploads", id))
                let upload = try answer.decode(Wire.Upload.self)
                if let failure = upload.failure { throw CommandFailure(.gatewayFailure, printable(failure)) }
                known = upload.offset
                if upload.state == "finished" { return true }
            }
            var offset = known ?? 0
            known = nil
            // Without bytes the announcement was all.
            while offset < size {
                try handle.seek(toOffset: UInt64(offset))
                let bytes = Array(try handle.read(upToCount: Self.part) ?? Data())
                guard !bytes.isEmpty else {
                    throw CommandFailure(.invalid, "'\(printable(path))' became shorter while it was sent")
                }
                try await send(bytes, at: offset, to: id)
                offset += Int64(bytes.count)
                progress()
                try await tell(.sending(offset))
            }
            // The gateway says when the bytes are an artifact.
            return try await client.get(RequestTarget("uploads", id)).decode(Wire.Upload.self).state == "finished"
        }
    }

    private func send(_ bytes: [UInt8], at offset: Int64, to id: String) async throws {
        let headers: HTTPHeaders = [
            "Tus-Resumable": "1.0.0", "Upload-Offset": String(offset),
            "Content-Type": "application/offset+octet-stream",
        ]
        let target = RequestTarget("uploads", id)
        _ = try await client.send("PATCH", target, body: bytes, headers: headers, timeLimits: Self.limits)
    }

    /// Repeats what may pass: no connection, a gateway that starts again, a cut connection that still has the upload.
    private func untilDone(_ attempt: (_ progress: () -> Void) async throws -> Bool) async throws {
        var backoff = Backoff()
        while true {
            var reason = "the gateway is not done with it"
            do {
                if try await attempt({ backoff.reset() }) { return }
            } catch let failure as RequestFailure where failure.isTransient || Self.isPassing(failure) {
                reason = failure.summary
                guard let pause = backoff.next(at: .now) else { throw failure }
                try await wait(pause, reason)
                continue
            }
            guard let pause = backoff.next(at: .now) else { throw CommandFailure(.gatewayFailure, reason) }
            try await wait(pause, reason)
        }
    }

    private func wait(_ pause: Duration, _ reason: String) async throws {
        try await tell(.waiting(reason))
        try await Task.sleep(for: pause)
    }

    /// Another connection of ours still has the upload, or it stands elsewhere than we think.
    private static func isPassing(_ failure: RequestFailure) -> Bool {
        guard case .problem(let problem) = failure.cause else { return false }
        return problem.slug == "upload-locked" || problem.slug == "conflict"
    }
}
