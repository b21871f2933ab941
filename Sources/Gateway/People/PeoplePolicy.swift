/// What an operator decides about people (`people:` in the configuration).
package struct PeoplePolicy: Sendable, Hashable {
    /// Where browsers find the gateway, without a `/` at the end; nil is `provenance.url`, else the address it listens
    /// on.
    package var publicURL: String?
    /// The longest a new token of the gateway's own may last.
    package var tokenLifetime = Duration.seconds(365 * 86_400)
    /// Identity providers whose people are let in.
    package var issuers: [IssuerPolicy] = []

    /// How long a token lasts when nobody says.
    package static let standardTokenLifetime = Duration.seconds(90 * 86_400)

    /// A policy of defaults: tokens of the gateway's own only.
    package init() {}
}
