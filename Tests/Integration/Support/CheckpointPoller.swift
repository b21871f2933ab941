import Foundation
import Testing

/// Somebody who keeps every checkpoint of a log that is ever seen, in a file each.
actor CheckpointPoller {
    private let folder = NSTemporaryDirectory() + "farfield-checkpoints-" + UUID().uuidString
    private var seen: Set<String> = []
    private var isStopped = false
    /// The files, in the order in which they were seen.
    private(set) var files: [String] = []

    /// Reads checkpoints at gateways while something happens.
    func poll(_ gateways: [GatewayProcess], while body: () async throws -> Void) async throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for gateway in gateways { group.addTask { try await self.read(API(gateway)) } }
            do { try await body() } catch {
                isStopped = true
                throw error
            }
            isStopped = true
            try await group.waitForAll()
        }
    }

    private func read(_ api: API) async throws {
        while !isStopped {
            let answer = try? await api.get("/log/checkpoint", token: nil)
            if let answer, answer.status == 200, seen.insert(answer.text).inserted {
                let path = "\(folder)/\(files.count)"
                try answer.text.write(toFile: path, atomically: true, encoding: .utf8)
                files.append(path)
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Removes the files.
    func forget() { try? FileManager.default.removeItem(atPath: folder) }
}
