/// Whose account work at a site goes through: the gateway's own there, or that of one person.
///
/// Everything that reaches a site is kept apart by lane: connections, work folders, caches and tasks.
package struct Lane: Sendable, Hashable {
    /// The site's name in the configuration.
    package let site: String
    /// Whose account it is; nil for the gateway's own.
    package let person: String?

    /// A lane.
    package init(site: String, person: String? = nil) {
        self.site = site
        self.person = person
    }

    /// Reads the written form; names of sites hold no `@`.
    ///
    /// - Parameter text: `SITE` or `SITE@PERSON`.
    package init(_ text: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        site = String(parts[0])
        person = parts.count > 1 ? String(parts[1]) : nil
    }

    /// `SITE`, or `SITE@PERSON`: the key of the lane's tasks and of its rows.
    package var text: String { person.map { "\(site)@\($0)" } ?? site }
}

extension Lane: CustomStringConvertible {
    package var description: String { text }
}
