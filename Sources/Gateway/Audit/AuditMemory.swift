internal import Foundation
internal import Logging
internal import ServiceLifecycle
internal import Storage

/// Keeps the trail's head in a second place, the file `audit.head` in the home folder.
///
/// The chain shows what was altered or taken from its middle; that its newest lines were cut off is seen by who
/// remembers where it ended.
struct AuditMemory: Service, CustomStringConvertible {
    private static let interval = Duration.seconds(10)

    let database: any Database
    let home: String
    let logger: Logger

    /// For the log of starting and stopping.
    var description: String { "AuditMemory" }

    static func path(_ home: String) -> String { home + "/audit.head" }

    /// What is remembered; nil when nothing is.
    static func read(home: String) -> AuditChain.Head? {
        (try? String(contentsOfFile: path(home), encoding: .utf8)).flatMap { AuditChain.Head($0) }
    }

    /// Why the trail is not what is remembered; nil when it is, or nothing is remembered.
    static func objection(home: String, on connection: any StorageConnection) throws -> String? {
        guard let kept = read(home: home), kept.sequence > 0 else { return nil }
        let found = try AuditStore.digest(of: kept.sequence, on: connection)
        if found == kept.digest { return nil }
        guard let found else {
            let end = try AuditStore.head(on: connection).sequence
            return "the audit trail ends at line \(end), and \(path(home)) remembers line \(kept.sequence)"
        }
        return "line \(kept.sequence) of the audit trail is \(found), and \(path(home)) remembers \(kept.digest)"
    }

    /// Compares at the start, then writes the head down whenever it has moved, until the gateway shuts down.
    ///
    /// What does not agree is told once, and what is remembered stays: `farfield doctor` and `farfield audit verify`
    /// show it until an operator has looked into it and removed the file.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            var told = false
            repeat { await self.look(&told) } while (try? await Task.sleep(for: Self.interval)) != nil
            await self.look(&told)
        }
    }

    private func look(_ told: inout Bool) async {
        do {
            let (objection, head) = try await database.read { [home] connection in
                (try Self.objection(home: home, on: connection), try AuditStore.head(on: connection))
            }
            if let objection {
                if !told { logger.critical("lines of the audit trail are gone", metadata: ["reason": "\(objection)"]) }
                told = true
                return
            }
            guard head != Self.read(home: home) ?? .empty else { return }
            let temporary = "\(Self.path(home)).\(UUID().uuidString).new"
            try Data((head.text + "\n").utf8).write(to: URL(fileURLWithPath: temporary))
            try DurableFile.rename(temporary, to: Self.path(home))
        } catch {
            logger.debug("the audit trail's head was not written", metadata: ["reason": "\(error)"])
        }
    }
}
