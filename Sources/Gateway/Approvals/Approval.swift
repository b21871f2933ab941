/// A question to the admins about one job, and what became of it.
package struct Approval: Sendable, Hashable {
    /// Where it stands.
    package enum State: String, Sendable, CaseIterable {
        /// It waits for a decision.
        case open
        /// Enough people have approved; the job goes on.
        case approved
        /// Somebody has refused; the job is cancelled.
        case refused
        /// Nobody decided in time; the job is cancelled.
        case expired
        /// The job changed, or the approval was not used in time: a newer one asks again.
        case superseded
        /// The job ended before it was sent: by its owner, by another job, or by a known result.
        case withdrawn
    }

    /// Its name.
    package let id: ApprovalID
    /// The job it is about.
    package let job: JobID
    /// Who submitted the job.
    package let owner: String
    /// Where it stands.
    package var state: State
    /// Why somebody must decide.
    package let reasons: [String]
    /// How many different people must approve.
    package let needed: Int
    /// How many have.
    package var given: Int
    /// What the approval covers, as ``CoveredWork/text``.
    package let covered: String
    /// The digest of that.
    package let digest: String
    /// What the job can cost at worst.
    package let cost: ServiceUnits
    /// What is not as it was approved before, in the words of ``CoveredWork``; empty for a first question.
    package let changed: [String]
    /// When it was asked.
    package let createdAt: Timestamp
    /// When the job is cancelled if nobody decides.
    package let expiresAt: Timestamp
    /// When it was decided, or came to its end.
    package var decidedAt: Timestamp?
    /// Until when an approved job must have been sent.
    package var validUntil: Timestamp?
    /// When the job was first sent with it.
    package var sentAt: Timestamp?
    /// The standing approval that answered it.
    package var standing: StandingApprovalID?
}

/// What one person decided.
package struct ApprovalDecision: Sendable, Hashable {
    /// Which way.
    package enum Choice: String, Sendable, CaseIterable {
        /// It may run.
        case approved
        /// It may not.
        case refused
    }

    /// Who.
    package let person: String
    /// Which way.
    package let choice: Choice
    /// Why, in their own words.
    package let reason: String?
    /// When.
    package let at: Timestamp
    /// The standing approval by which it was decided beforehand; nil for a decision about this job.
    package let standing: StandingApprovalID?
}
