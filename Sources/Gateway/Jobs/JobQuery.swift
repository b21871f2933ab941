internal import Documents

/// Which jobs a list shows.
package struct JobQuery: Sendable, Hashable {
    /// States; all when empty.
    package var states: Set<JobState>
    /// Whose, if only one person's.
    package var owner: String?
    /// Site, if only one.
    package var site: String?
    /// Name, if only one.
    package var name: String?
    /// Labels that must all be there with these values.
    package var labels: [String: String]
    /// The most jobs on a page, 1 to 200.
    package var limit: Int
    /// Where the page begins: `next` of the page before.
    package var cursor: String?

    /// A query.
    package init(
        states: Set<JobState> = [],
        owner: String? = nil,
        site: String? = nil,
        name: String? = nil,
        labels: [String: String] = [:],
        limit: Int = 50,
        cursor: String? = nil
    ) {
        self.states = states
        self.owner = owner
        self.site = site
        self.name = name
        self.labels = labels
        self.limit = limit
        self.cursor = cursor
    }
}

/// One page of a list, newest job first.
package struct JobPage: Sendable, Hashable {
    /// The jobs.
    package let items: [Job]
    /// The cursor of the page after; nil on the last page.
    package let next: String?
}
