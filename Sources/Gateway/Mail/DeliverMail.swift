internal import CurlClient
internal import FoundationEssentials
internal import TaskQueue

/// Hands one message to the relay.
///
/// What the relay refuses for now is tried again; what it refuses for good is a dead letter that `farfield queue` shows.
/// A message may be sent twice (the process can die between the reply and the note of it); it bears the same
/// `Message-ID` then.
struct DeliverMail: TaskHandler {
    let kind = TaskKind.deliverMail
    let concurrency = 2

    let policy: MailPolicy?

    func run(_ task: LeasedTask) async throws -> TaskOutcome {
        guard let policy else { return .dead(reason: "no mail relay is configured ('mail' in the configuration)") }
        guard let letter = try? JSONDecoder().decode(MailBox.Letter.self, from: Data(task.payload.utf8)),
            let address = MailAddress(letter.to)
        else { return .dead(reason: "this is no message to an address") }
        let message = MailMessage(
            from: policy.from,
            to: address,
            subject: letter.subject,
            text: letter.text,
            identifier: letter.identifier,
            writtenAt: letter.writtenAt
        )
        do throws(MailError) {
            try await MailSender(relay: policy.relay).send(message)
            return .done
        } catch {
            return error.isTransient ? .retry(reason: "\(error)") : .dead(reason: "\(error)")
        }
    }
}
