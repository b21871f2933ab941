import ArgumentParser
import FoundationEssentials

/// `farfield logout`: ends a kept login.
struct LogOut: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout",
        abstract: "Forget the login at a gateway, and end it at its provider.",
        discussion: "A token of the gateway's own stays good: end it with 'farfield tokens revoke'."
    )

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let key = StoredLogins.key(for: options.baseURL)
        let file = try LogIn.file()
        let login = try await file.update { logins in
            let login = logins.gateways.removeValue(forKey: key)
            return (login, login != nil)
        }
        let isEnded = await Self.end(login)
        if options.json {
            let document = try JSONEncoder().encode(["forgotten": login != nil, "ended": isEnded])
            return try Console.standard.write(Array(document) + [0x0a])
        }
        guard let login else { return try Console.standard.line("There is no login at \(options.baseURL).") }
        try Console.standard.line("Logged out of \(options.baseURL).")
        if login.provider == nil {
            Console.standard.note("The token itself stays good until it is revoked: farfield tokens revoke ID")
        } else if !isEnded {
            Console.standard.note(
                "The provider was not told; what was forgotten here stays good there until it expires."
            )
        }
    }

    /// Asks the provider to end the login; it is forgotten here in any case.
    private static func end(_ login: StoredLogin?) async -> Bool {
        guard let token = login?.refreshToken, let provider = login?.provider,
            let found = try? await IdentityProvider.find(provider.issuer, clientID: provider.clientID)
        else { return false }
        return (try? await found.revoke(token)) ?? false
    }
}
