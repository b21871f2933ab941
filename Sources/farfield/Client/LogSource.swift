import Attestation
import Foundation

/// Where a log's files are read: at a gateway, or in a folder that holds a copy of them.
enum LogSource {
    case gateway(RESTClient)
    case folder(String)

    /// The newest checkpoint.
    func checkpoint() async throws -> [UInt8] {
        guard let bytes = try await file("checkpoint") else {
            throw CommandFailure(.notFound, "there is no checkpoint: the log is empty, or it is not here")
        }
        return bytes
    }

    /// A tile, or nil when it is not there; a partial one may have been replaced by the full one.
    func tile(_ path: TilePath) async throws -> [UInt8]? {
        if let bytes = try await file(path.text) { return bytes }
        guard path.width < TilePath.fullWidth, let full = TilePath(path.content, index: path.index) else { return nil }
        return try await file(full.text)
    }

    private func file(_ name: String) async throws -> [UInt8]? {
        switch self {
        case .folder(let folder): return FileManager.default.contents(atPath: "\(folder)/\(name)").map { Array($0) }
        case .gateway(let client):
            do {
                return try await client.get(RequestTarget(log: name)).body
            } catch let failure as RequestFailure {
                if case .problem(let problem) = failure.cause, problem.status == 404 { return nil }
                throw failure
            }
        }
    }
}
