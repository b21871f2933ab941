internal import Logging
internal import ServiceLifecycle

/// Tells operators in the log, in good time, that somebody has to log in at a site.
struct LoginWatch: Service, CustomStringConvertible {
    let directory: SiteDirectory
    let logger: Logger

    /// For the log of starting and stopping.
    var description: String { "LoginWatch" }

    /// Looks every half minute until the gateway shuts down; each change is told once.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            var told: [String: SiteLoginState.State] = [:]
            repeat { self.look(&told) } while (try? await Task.sleep(for: .seconds(30))) != nil
        }
    }

    private func look(_ told: inout [String: SiteLoginState.State]) {
        for site in directory.sites {
            let name = site.configuration.name
            guard let login = site.login(), told[name] != login.state else { continue }
            told[name] = login.state
            guard let advice = SiteLogins.advice(login, site: name) else { continue }
            logger.warning("login at a site", metadata: ["site": "\(name)", "advice": "\(advice)"])
        }
    }
}
