package import CurlClient

/// By which server the gateway sends mail, and to whom, as the operator decided.
package struct MailPolicy: Sendable, Hashable {
    /// The server that takes messages.
    package let relay: MailRelay
    /// Who they are from.
    package let from: MailAddress
    /// Who hears that somebody waits for a decision.
    package let admins: [MailAddress]

    /// A policy.
    package init(relay: MailRelay, from: MailAddress, admins: [MailAddress]) {
        self.relay = relay
        self.from = from
        self.admins = admins
    }
}
