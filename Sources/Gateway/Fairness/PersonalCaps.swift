internal import Storage

/// The most jobs one person may have, admins aside.
package struct PersonalCaps: Sendable, Hashable {
    /// Jobs that wait in the gateway; nil for no limit.
    package var queued: Int?
    /// Jobs that Slurm has, at all sites together; nil for no limit.
    ///
    /// More wait in the gateway.
    package var active: Int?

    /// More than a person needs.
    package static let standard = PersonalCaps(queued: 10_000, active: 5_000)

    /// Refuses a job that was just written when its owner has too many.
    ///
    /// The owner's submissions pass here one after another, so not one too many is accepted however many come at once.
    ///
    /// - Throws: ``GatewayError`` of kind `tooManyJobs`; storage errors.
    func require(_ person: Person, on connection: any StorageConnection) throws {
        let isExempt = Rights.reach(.exceedCaps, of: person) != .none
        if active != nil { try FairShareStore.note(owner: person.name, isExempt: isExempt, on: connection) }
        guard let queued, !isExempt else { return }
        try connection.lock("jobs of \(person.name)")
        let count = try FairShareStore.queued(owner: person.name, on: connection)
        guard count > queued else { return }
        throw GatewayError(
            .tooManyJobs,
            "You have \(count - 1) jobs waiting in the gateway, and a person may have \(queued)"
                + " (limits.jobsPerPerson). Nothing was accepted; wait until some are sent, cancel some, or ask an admin."
        )
    }
}
