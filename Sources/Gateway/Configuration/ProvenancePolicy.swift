/// What an operator decides about reproducibility manifests (`provenance:` in the configuration).
package struct ProvenancePolicy: Sendable, Hashable {
    /// Where the gateway is found by others, without a `/` at the end: the beginning of every identifier it signs; nil
    /// is the address it listens on.
    package var url: String?
    /// The gateway's name for people.
    package var name = "Farfield gateway"
    /// Who publishes analyses; nil is the gateway's name.
    package var publisher: String?
    /// Where readers may write to, as an email address.
    package var contact: String?
    /// The PKCS#11 URI (RFC 7512) or the file of the key that signs manifests; nil is a file of the state folder.
    package var signingKey: String?
    /// The name of the log of all manifests; nil is made of ``url``.
    package var origin: String?
    /// A second place for the newest checkpoint, which an old backup does not bring back; nil is a file of the state folder, which no backup takes along.
    package var checkpointFile: String?
    /// Where DOIs are minted; nil mints none.
    package var doi: DOIRegistry?
    /// Who cosigns checkpoints.
    package var witnesses: [Witness] = []
    /// Whose checkpoints this gateway cosigns, by their log keys.
    package var witnessedLogs: [String] = []

    /// A policy of defaults.
    package init() {}

    /// A registry that speaks DataCite's REST API.
    package struct DOIRegistry: Sendable, Hashable {
        /// Its address, such as `https://api.datacite.org`.
        package let endpoint: String
        /// The prefix of the DOIs, such as `10.5072`.
        package let prefix: String
        /// The account there.
        package let user: String
        /// The account's password.
        package let password: String
    }

    /// Somebody who looks at our checkpoints.
    package struct Witness: Sendable, Hashable {
        /// Where it takes checkpoints (C2SP tlog-witness), without `/add-checkpoint`.
        package let url: String
        /// Its key, as a verifier key of C2SP signed-note.
        package let key: String
    }
}
