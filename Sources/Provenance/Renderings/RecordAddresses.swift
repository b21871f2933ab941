internal import Attestation

/// The addresses that documents of one record name.
package struct RecordAddresses: Sendable, Hashable {
    private let base: String
    private let record: RecordID
    private let site: String

    /// The addresses of a record.
    ///
    /// - Parameter manifest: the record.
    package init(_ manifest: ReproducibilityManifest) {
        base = manifest.gateway.baseURL
        record = manifest.id
        site = manifest.place.site
    }

    /// The gateway itself.
    package var gateway: String { base + "/" }
    /// The page of the analysis.
    package var analysis: String { analysis(record) }

    /// The page of another analysis.
    ///
    /// - Parameter id: its record.
    /// - Returns: its address.
    package func analysis(_ id: RecordID) -> String { "\(base)/analysis/\(id)" }

    /// The page that explains the statement's own fields.
    package var buildType: String { base + Self.buildTypePath }
    /// The same below any gateway.
    static let buildTypePath = "/buildtypes/slurm-analysis/v1"
    /// The names of our own properties.
    package var terms: String { base + "/terms#" }
    /// The pair of gateway and site: all that must be trusted (SLSA v1, `builder.id`).
    package var builder: String { base + "/sites/" + URIText.segment(site) }
    /// The predicate of status statements.
    package var statusPredicate: String { base + "/attestations/status/v1" }

    /// A template in one version.
    ///
    /// - Parameter template: the template.
    /// - Returns: its page; by digest when it has no version.
    package func template(_ template: Template) -> String {
        "\(base)/templates/\(URIText.segment(template.name))/"
            + (template.version.map(URIText.segment) ?? "sha256:\(template.digest.hexadecimal)")
    }

    /// One document of the analysis.
    ///
    /// - Parameter name: its file name or path.
    /// - Returns: its address.
    package func document(_ name: String) -> String { "\(analysis)/\(URIText.path(name))" }
}
