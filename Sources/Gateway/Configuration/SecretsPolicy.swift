/// Whose account at a site the gateway's jobs run as.
package enum SiteIdentity: String, Sendable, Hashable, CaseIterable {
    /// The gateway's own, with one key for everybody; whose job it is stands in its name and its comment.
    case community
    /// That of the person who submits, with a key or certificate of their own.
    case personal
}

/// Where the keys are that seal what people entrust to the gateway.
package struct SecretsPolicy: Sendable, Hashable {
    /// Files of 32 bytes in hexadecimal or Base64, mode 600: the first seals, all of them open.
    package var keyFiles: [String] = []
}
