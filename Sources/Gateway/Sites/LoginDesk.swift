internal import SSHClient
internal import Storage
internal import Synchronization

/// Where a login by hand stands, for whoever types.
package enum LoginStep: Sendable, Hashable {
    /// The server asks; the answer goes to the login of this id.
    case question(id: String, text: String, isEchoed: Bool)
    /// The connection stands; until when the site lets it live.
    case connected(expiresAt: Timestamp)
}

/// The logins by hand that are under way, by id: at most one for a site, the latest.
package final class LoginDesk: Sendable {
    private let logins = Mutex<[String: (id: String, login: SSHLogin)]>([:])

    /// A desk without logins.
    package init() {}

    func open(_ login: SSHLogin, site: String) -> String {
        let id = "login_" + String(UInt64.random(in: .min ... .max), radix: 36)
        let before = logins.withLock { logins in
            defer { logins[site] = (id, login) }
            return logins[site]
        }
        before?.login.abandon()
        return id
    }

    func find(_ id: String, site: String) -> SSHLogin? {
        logins.withLock { logins in logins[site].flatMap { $0.id == id ? $0.login : nil } }
    }

    func close(_ id: String, site: String) {
        logins.withLock { logins in if logins[site]?.id == id { logins[site] = nil } }
    }
}

extension SiteService {
    /// Begins a login by hand, and waits for the server's first question.
    ///
    /// - Parameters:
    ///   - name: the site.
    ///   - person: who logs in.
    /// - Returns: a question, or that the connection stands.
    /// - Throws: ``GatewayError`` that says why the site does not let us in.
    package func beginLogin(_ name: String, by person: Person) async throws -> LoginStep {
        let site = try find(name)
        guard let login = site.beginLogin() else {
            throw GatewayError(.conflict, "The site '\(name)' asks for nothing but a key: there is nobody to log in.")
        }
        let entry = AuditEntry("site.loginBegun", .init("site", name), by: person)
        try await database.transaction { [now = keeper.now()] in try AuditStore.append(entry, at: now, on: $0) }
        return try await step(of: login, id: desk.open(login, site: name), site)
    }

    /// Answers the question of a login, and waits for the next one or the end.
    ///
    /// - Parameters:
    ///   - answer: one line.
    ///   - id: the login, as its question tells it.
    ///   - name: the site.
    /// - Returns: the next question, or that the connection stands.
    /// - Throws: ``GatewayError`` that says why the site does not let us in, or that this login is over.
    package func answerLogin(_ answer: String, id: String, site name: String) async throws -> LoginStep {
        let site = try find(name)
        guard let login = desk.find(id, site: name) else {
            throw GatewayError(.notFound, "There is no such login at '\(name)' any more: begin again.")
        }
        login.answer(answer)
        return try await step(of: login, id: id, site)
    }

    private func step(of login: SSHLogin, id: String, _ site: any Site) async throws -> LoginStep {
        let name = site.configuration.name
        switch await login.nextStep() {
        case .question(let question): return .question(id: id, text: question.text, isEchoed: question.isEchoed)
        case .connected:
            desk.close(id, site: name)
            return .connected(expiresAt: keeper.now() + (site.configuration.authentication?.loginLifetime ?? .zero))
        case .failed(let error):
            desk.close(id, site: name)
            throw GatewayError(.siteUnavailable, "The site '\(name)' does not let us in: \(error). \(error.hint)")
        }
    }
}
