/// An approval given beforehand: for a class of jobs, up to a cost each and a cost in all, until a moment.
package struct StandingApproval: Sendable, Hashable {
    /// Which jobs; what is nil is not asked, and something always is.
    package struct Subject: Sendable, Hashable {
        /// Jobs of this person.
        package var person: String?
        /// Jobs that this project pays for.
        package var project: String?
        /// Jobs at this site.
        package var site: String?
        /// Jobs made from this template.
        package var template: String?
        /// Jobs in this partition.
        package var partition: String?
    }

    /// Its name.
    package let id: StandingApprovalID
    /// Which jobs.
    package let subject: Subject
    /// The most one job may cost.
    package let mostEach: ServiceUnits
    /// The most all of them may cost together, each counted by its worst case.
    package let mostInAll: ServiceUnits
    /// What was used of that.
    package let used: ServiceUnits
    /// Until when it holds.
    package let expiresAt: Timestamp
    /// Who gave it.
    package let grantedBy: String
    /// When.
    package let createdAt: Timestamp
    /// Why, in their words.
    package let reason: String?
    /// When it was taken back.
    package let revokedAt: Timestamp?
    /// Who took it back.
    package let revokedBy: String?

    /// Whether it can answer for jobs at a moment.
    package func isLive(at now: Timestamp) -> Bool { revokedAt == nil && now < expiresAt }
}
