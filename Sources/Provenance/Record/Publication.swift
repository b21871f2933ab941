package import Comparison

/// A person of the gateway, or an author.
package struct Person: Sendable, Hashable {
    /// Name at the gateway, or name for people.
    package var name: String
    /// Name for people where it differs.
    package var fullName: String?
    /// ORCID iD, such as `0000-0002-1825-0097`.
    package var orcid: String?
    /// Where the person works.
    package var affiliation: String?
    /// The Research Organization Registry's id of that place, such as `https://ror.org/02mhbdp94`.
    package var ror: String?

    /// A person.
    package init(
        name: String,
        fullName: String? = nil,
        orcid: String? = nil,
        affiliation: String? = nil,
        ror: String? = nil
    ) {
        self.name = name
        self.fullName = fullName
        self.orcid = orcid.map { $0.hasPrefix("https://orcid.org/") ? String($0.dropFirst(18)) : $0 }
        self.affiliation = affiliation
        self.ror = ror
    }

    /// The name to show.
    package var shownName: String { fullName ?? name }
}

/// Who allowed a job that passed a threshold.
package struct Approval: Sendable, Hashable {
    /// Who.
    package var by: String
    /// When.
    package var at: Moment
    /// Why; nil when nothing was said.
    package var reason: String?

    /// An approval.
    package init(by: String, at: Moment, reason: String? = nil) {
        self.by = by
        self.at = at
        self.reason = reason
    }
}

/// What researchers say of a job they publish.
package struct Publication: Sendable, Hashable {
    /// Title of the analysis.
    package var title: String
    /// Authors in their order; at least one.
    package var authors: [Person]
    /// SPDX identifier of the licence, such as `CC-BY-4.0`.
    package var licence: String
    /// What it is about.
    package var abstract: String
    /// Words to find it by.
    package var keywords: [String]
    /// Version of the analysis, such as `1`.
    package var version: String
    /// DOI without a resolver's address, such as `10.5281/zenodo.1`; nil when none was minted.
    package var doi: String?
    /// When it was published.
    package var publishedAt: Moment
    /// What counts as the same when it is run again, where the template says nothing; nil for the exact comparison.
    package var comparison: ComparisonRules?

    /// A publication.
    package init(
        title: String,
        authors: [Person],
        licence: String,
        abstract: String,
        keywords: [String],
        version: String,
        doi: String?,
        publishedAt: Moment
    ) {
        self.title = title
        self.authors = authors
        self.licence = licence
        self.abstract = abstract
        self.keywords = keywords
        self.version = version
        self.doi = doi
        self.publishedAt = publishedAt
    }

    /// Where the licence can be read (SPDX License List).
    package var licenceURL: String { "https://spdx.org/licenses/" + URIText.segment(licence) }
    /// Where the DOI leads.
    package var doiURL: String? { doi.map { "https://doi.org/" + URIText.path($0) } }
}
