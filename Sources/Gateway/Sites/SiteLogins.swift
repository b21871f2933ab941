package import SSHClient

/// How it stands with a site that asks for passwords or codes.
package struct SiteLoginState: Sendable, Hashable {
    /// What can be said of it.
    package enum State: String, Sendable, CaseIterable {
        /// A connection stands on which somebody has logged in.
        case valid
        /// It stands, and the site will end it soon.
        case expiring
        /// Somebody has to log in.
        case needed
        /// No connection is open; the gateway logs in by itself when one is needed.
        case automatic
    }

    /// What can be said of it.
    package let state: State
    /// How long the site still lets the connection live; nil without one.
    ///
    /// Negative when that time is over.
    package let remaining: Duration?
}

/// Logins at sites: pure decisions about their state, and the places answers come from.
enum SiteLogins {
    /// How an account is entered, as its site's configuration says.
    static func authentication(_ site: SiteConfiguration) -> SSHAuthentication {
        guard let authentication = site.authentication else { return .key }
        if authentication.needsPerson { return .person(login: site.name) }
        return .answered(by: stored(authentication), login: site.name)
    }

    static func stored(_ authentication: SiteAuthentication) -> StoredAnswers {
        let code: StoredAnswers.Code? =
            switch authentication.code {
            case .secretFile(let file): .secretFile(file)
            case .command(let words): .command(words)
            case .typed, nil: nil
            }
        return StoredAnswers(passwordFile: authentication.passwordFile, code: code)
    }

    /// The state of a site's login.
    static func state(
        _ authentication: SiteAuthentication,
        _ connection: SSHConnectionState,
        now: ContinuousClock.Instant
    ) -> SiteLoginState {
        switch connection {
        case .connected(let since):
            let remaining = authentication.loginLifetime - (now - since)
            let isEnding = authentication.needsPerson && remaining <= authentication.warnBefore
            return SiteLoginState(state: isEnding ? .expiring : .valid, remaining: remaining)
        case .failed(.authenticationRefused, _), .failed(.loginNeeded, _):
            return SiteLoginState(state: .needed, remaining: nil)
        case .idle, .connecting, .failed:
            return SiteLoginState(state: authentication.needsPerson ? .needed : .automatic, remaining: nil)
        }
    }

    /// How long a person's login at a site still lives; nil where none is needed.
    static func remaining(_ site: any Site) -> Duration? {
        guard site.configuration.authentication?.needsPerson == true, let login = site.login() else { return nil }
        return max(.zero, login.remaining ?? .zero)
    }

    /// What to tell people about it; nil when there is nothing to do.
    static func advice(_ state: SiteLoginState, site: String) -> String? {
        let command = "An admin runs `farfield sites login \(site)`"
        switch state.state {
        case .needed: return "Somebody has to log in. \(command); until then jobs wait."
        case .expiring:
            let minutes = (state.remaining ?? .zero).components.seconds / 60
            if minutes <= 0 { return "The login has outlived its time and may end at any moment. \(command)." }
            return "The login ends in \(minutes) min. \(command) before that."
        case .valid, .automatic: return nil
        }
    }
}

extension SlurmSite {
    package func login() -> SiteLoginState? {
        configuration.authentication.map { SiteLogins.state($0, pool.state, now: .now) }
    }

    package func beginLogin() -> SSHLogin? {
        guard let authentication = configuration.authentication else { return nil }
        let login = SSHLogin(stored: SiteLogins.stored(authentication))
        pool.begin(login)
        return login
    }
}
