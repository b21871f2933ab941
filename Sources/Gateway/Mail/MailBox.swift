internal import CurlClient
internal import FoundationEssentials
package import Storage
internal import TaskQueue

/// Writes messages down for sending, in the transaction of what they tell; nothing where mail is not configured.
package struct MailBox: Sendable {
    /// One message to one address, as a task carries it.
    struct Letter: Codable, Sendable, Hashable {
        let to: String
        let subject: String
        let text: String
        let identifier: String
        let writtenAt: Int64
    }

    private let policy: MailPolicy?
    private let queue: TaskStore
    /// The address of a person of the gateway; nil when they have none.
    private let address: @Sendable (String, any StorageConnection) throws -> String?

    /// How often a message is tried that the relay does not take now: with the pauses between, for about two days.
    static let attempts = 600

    /// A box.
    ///
    /// - Parameters:
    ///   - policy: by which server, to whom; nil for no mail at all.
    ///   - address: the address of a person; nil when they have none.
    package init(
        policy: MailPolicy?,
        address: @escaping @Sendable (String, any StorageConnection) throws -> String? = { _, _ in nil }
    ) {
        self.policy = policy
        self.address = address
        queue = TaskStore()
    }

    /// Tells every admin of the configuration.
    func tellAdmins(
        _ subject: String,
        _ text: String,
        about identifier: String,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        for (index, admin) in (policy?.admins ?? []).enumerated() {
            let letter = Letter(
                to: admin.text,
                subject: subject,
                text: text,
                identifier: "\(identifier).\(index)",
                writtenAt: now.seconds
            )
            try post(letter, on: connection)
        }
    }

    /// Tells a person, if they have an address.
    func tell(
        _ person: String,
        _ subject: String,
        _ text: String,
        about identifier: String,
        at now: Timestamp,
        on connection: any StorageConnection
    ) throws {
        guard policy != nil, let address = try address(person, connection) else { return }
        let letter = Letter(
            to: address,
            subject: subject,
            text: text,
            identifier: identifier,
            writtenAt: now.seconds
        )
        try post(letter, on: connection)
    }

    private func post(_ letter: Letter, on connection: any StorageConnection) throws {
        let request = TaskRequest(
            kind: TaskKind.deliverMail,
            payload: JobRow.text(letter),
            maximumAttempts: Self.attempts,
            timeoutSeconds: 120
        )
        try queue.enqueue(request, on: connection)
    }
}
