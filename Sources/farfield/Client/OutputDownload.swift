import CurlClient
import Foundation

/// Downloads one output beside its place, checks it, and puts it there.
struct OutputDownload {
    let client: RESTClient
    let jobID: String
    let output: Wire.Output

    /// Answers the file's path.
    /// - Throws: `CommandFailure` when what came is not what was listed, `RequestFailure`.
    func run(to path: OutputPath, in folder: OutputFolder) async throws -> String {
        let place = try folder.place(path)
        let partial = place + ".farfield-part"
        let files = FileManager.default
        do {
            // Anything of that name, a symbolic link included, makes way for a new file.
            try? files.removeItem(atPath: partial)
            guard files.createFile(atPath: partial, contents: nil), let handle = FileHandle(forWritingAtPath: partial)
            else { throw CommandFailure(.invalid, "'\(printable(partial))' cannot be written") }
            let count = try await fetch(into: handle)
            try handle.close()
            guard count == output.size else { throw mismatch("\(count) bytes came, \(output.size) were announced") }
            try folder.put(partial, at: place)
            return place
        } catch {
            try? files.removeItem(atPath: partial)
            throw error
        }
    }

    private func fetch(into handle: FileHandle) async throws -> Int {
        var target = RequestTarget("jobs", jobID, "outputs")
        for part in try OutputPath(output.path).parts { target.append(part) }
        do {
            let response = try await client.stream(target)
            try check(response.head)
            var count = 0
            for try await chunk in response.body {
                count += chunk.count
                guard count <= output.size else { throw mismatch("more bytes came than the \(output.size) announced") }
                try handle.write(contentsOf: Data(chunk))
            }
            return count
        } catch let error as HTTPClientError {
            throw client.failure(error)
        } catch let error as CocoaError {
            throw CommandFailure(.invalid, "'\(printable(output.path))': \(error.localizedDescription)")
        }
    }

    /// The file may have changed since it was listed.
    private func check(_ head: HTTPResponseHead) throws {
        if let length = head.contentLength, length != output.size {
            throw mismatch("\(length) bytes are offered, \(output.size) were listed")
        }
        guard let tag = head.headers["ETag"], let digest = output.digest else { return }
        let plain = tag.drop { $0 == "W" || $0 == "/" }.filter { $0 != "\"" }
        guard plain == digest else { throw mismatch("its digest is \(plain), listed was \(digest)") }
    }

    private func mismatch(_ text: String) -> CommandFailure {
        CommandFailure(.gatewayFailure, "'\(printable(output.path))' is not what was listed: \(printable(text))")
    }
}
