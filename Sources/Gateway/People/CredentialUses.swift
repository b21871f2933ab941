internal import Logging
internal import ServiceLifecycle
internal import Storage
internal import Synchronization

/// Collects when tokens, sessions and people were last used, and writes it every few seconds, off the requests' way.
package final class CredentialUses: Service, CustomStringConvertible {
    private struct Use: Hashable {
        let method: Origin.Method
        let credential: String?
        let person: String
    }

    private let database: any Database
    private let logger: Logger
    private let pending = Mutex<[Use: Timestamp]>([:])

    private static let pause = Duration.seconds(15)

    init(database: any Database, logger: Logger) {
        self.database = database
        self.logger = logger
    }

    /// For the log of starting and stopping.
    package var description: String { "CredentialUses" }

    /// Notes a use.
    func note(_ person: Person, at now: Timestamp) {
        let origin = person.origin
        let use = Use(method: origin.method, credential: origin.credential, person: person.name)
        pending.withLock { $0[use] = now }
    }

    /// Writes what was noted.
    ///
    /// - Throws: storage errors; what was noted is kept then.
    func write() async throws {
        let uses = pending.withLock { pending in
            defer { pending = [:] }
            return pending
        }
        guard !uses.isEmpty else { return }
        do {
            try await database.transaction { connection in
                for (use, moment) in uses.sorted(by: { ($0.key.person, $0.value) < ($1.key.person, $1.value) }) {
                    try PeopleStore.note(seen: use.person, at: moment, on: connection)
                    guard let id = use.credential else { continue }
                    switch use.method {
                    case .token: try TokenStore.note(used: id, at: moment, on: connection)
                    case .session: try SessionStore.note(used: id, at: moment, on: connection)
                    case .oidc, .local: break
                    }
                }
            }
        } catch {
            pending.withLock { $0.merge(uses) { max($0, $1) } }
            throw error
        }
    }

    /// Writes now and then until the gateway ends.
    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: Self.pause)) != nil { await self.tryWriting() }
        }
        await tryWriting()
    }

    private func tryWriting() async {
        do {
            try await write()
        } catch {
            logger.debug("cannot note when tokens were used", metadata: ["error": "\(error)"])
        }
    }
}
