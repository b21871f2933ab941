package import Attestation
package import Storage

/// What a submission brings along that runs an earlier job again.
package struct Rerun: Sendable {
    /// The text of the template that is used instead of today's file of that name.
    package let templateText: String
    /// Inputs whose owner lets the submitter use them: held for the new job in the same transaction that writes it.
    package let granted: [SHA256Digest]
    /// Writes where the new job comes from, in the same transaction: there is no such job without its descent, and no
    /// descent without the job, whenever the process dies.
    package let record: @Sendable (Job, any StorageConnection) throws -> Void

    /// A rerun.
    ///
    /// - Parameters:
    ///   - templateText: the template as it was.
    ///   - granted: inputs that the submitter may use because of what is run again.
    ///   - record: writes the descent of the job; what it throws is thrown by the submission, and nothing is written.
    package init(
        templateText: String,
        granted: [SHA256Digest],
        record: @escaping @Sendable (Job, any StorageConnection) throws -> Void
    ) {
        self.templateText = templateText
        self.granted = granted
        self.record = record
    }
}
