/// What a server is answered that asks for a password or a one-time code (keyboard-interactive, RFC 4256).
package struct SiteAuthentication: Sendable, Hashable {
    /// Where the one-time code comes from.
    package enum Code: Sendable, Hashable {
        /// A file that holds the secret of RFC 6238 in Base32.
        case secretFile(String)
        /// A program and its arguments; its first line of output is the code.
        case command([String])
        /// An admin, by `farfield sites login`.
        case typed
    }

    /// File that holds the password; nil when the server asks for none, or an admin types it.
    package var passwordFile: String?
    /// Where the one-time code comes from; nil when the server asks for none.
    package var code: Code?
    /// How long the site lets a connection live on which somebody has logged in.
    package var loginLifetime: Duration
    /// How long before its end a login is said to expire.
    package var warnBefore: Duration

    /// Whether nobody but a person can log in.
    package var needsPerson: Bool { code == .typed }
}
