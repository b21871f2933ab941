internal import Logging
internal import ServiceLifecycle
internal import Storage

/// Closes the ways of people when their credentials are revoked, at this gateway or another, expired or unused; at its
/// start it seals anew what an older key has sealed.
struct IdentityWatch: Service, CustomStringConvertible {
    let identities: IdentityService
    let logger: Logger
    /// How long a missed signal may stay unnoticed.
    var safetyPoll = Duration.seconds(15)

    /// For the log of starting and stopping.
    var description: String { "IdentityWatch" }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await self.reseal()
            await withDiscardingTaskGroup { group in
                let (bell, ringer) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
                group.addTask {
                    for await _ in self.identities.database.signals(CredentialStore.channel) { ringer.yield() }
                    ringer.finish()
                }
                group.addTask {
                    while (try? await Task.sleep(for: self.safetyPoll)) != nil { ringer.yield() }
                }
                for await _ in bell { await self.identities.ways.tidy() }
                group.cancelAll()
            }
        }
    }

    private func reseal() async {
        do {
            let (done, lost) = try await identities.reseal()
            if done > 0 { logger.notice("credentials were sealed anew", metadata: ["count": "\(done)"]) }
            if lost > 0 {
                logger.error(
                    "credentials open with no key of the configuration; their people upload them anew",
                    metadata: ["count": "\(lost)"]
                )
            }
        } catch {
            logger.warning("credentials cannot be sealed anew now", metadata: ["error": "\(error)"])
        }
    }
}
