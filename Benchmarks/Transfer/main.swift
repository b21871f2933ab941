// The pool's bulk transfer without anything of the gateway: what `scripts/bench transfer` measures.
//
// Transfer libssh2|openssh PORT USER KEY KNOWN_HOSTS get|put|get-tree|put-tree FAR NEAR
// prints seconds, bytes and the peak of resident memory in KiB.
import Foundation
import Logging
import SSHClient
import Synchronization

nonisolated func measure(_ words: [String]) async throws {
    guard words.count == 8, let port = Int(words[1]), let transport = SSHEndpoint.Transport(rawValue: words[0]) else {
        throw CocoaError(.featureUnsupported)
    }
    let endpoint = SSHEndpoint(
        host: "127.0.0.1",
        port: port,
        user: words[2],
        privateKeyPath: words[3],
        knownHostsPath: words[4],
        transport: transport
    )
    let logger = Logger(label: "transfer", factory: { _ in SwiftLogNoOpLogHandler() })
    let pool = SSHConnectionPool(endpoint: endpoint, logger: logger)
    let begin = ContinuousClock.now
    let bytes = try await move(pool, words[5], far: words[6], near: words[7])
    let seconds = (ContinuousClock.now - begin) / .seconds(1)
    await pool.close()
    var usage = rusage()
    _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    print(seconds, bytes, usage.ru_maxrss)
}

nonisolated func move(_ pool: SSHConnectionPool, _ what: String, far: String, near: String) async throws -> UInt64 {
    switch what {
    case "get":
        guard FileManager.default.createFile(atPath: near, contents: nil) else { throw CocoaError(.fileWriteUnknown) }
        let file = Mutex(FileHandle(forWritingAtPath: near))
        return try await pool.download(far, limit: .max) { piece in
            try file.withLock { try $0?.write(contentsOf: piece) }
        }
    case "get-tree":
        let entries = try await pool.listTree(far)
        guard unsafe mkdir(near, 0o700) == 0 else { throw CocoaError(.fileWriteUnknown) }
        let tree = LocalTree(near)
        try tree.begin(entries)
        let bytes = try await pool.fetchTree(entries, from: far) { try tree.receive($0, $1) }
        try tree.finish(entries)
        return bytes
    case "put-tree":
        let tree = LocalTree(near)
        return try await pool.sendTree(try tree.entries(), to: far) { try tree.read($0, offset: $1, count: $2) }
    default:
        let name = URL(filePath: near)
        let tree = LocalTree(name.deletingLastPathComponent().path)
        let entry = TreeEntry(path: RemotePath(name.lastPathComponent), kind: .file)
        let offset = Mutex<UInt64>(0)
        return try await pool.upload(to: far) {
            try offset.withLock { offset in
                let piece = try tree.read(entry, offset: offset, count: 512 << 10)
                offset += UInt64(piece.count)
                return piece.isEmpty ? nil : piece
            }
        }
    }
}

try await measure(Array(CommandLine.arguments.dropFirst()))
