/// A question that a server asks before it lets us in (RFC 4256 §3.2).
package struct SSHQuestion: Sendable, Hashable {
    /// The server's words.
    package var text: String
    /// Whether what is typed may be seen.
    package var isEchoed: Bool

    /// A question from its parts.
    package init(text: String, isEchoed: Bool) {
        self.text = text
        self.isEchoed = isEchoed
    }
}

/// Why a server's question was not answered.
package struct SSHNoAnswer: Error, Sendable, Hashable {
    /// For a person.
    package let reason: String

    /// A reason.
    package init(reason: String) { self.reason = reason }
}

/// Answers what servers ask.
package protocol SSHResponder: Sendable {
    /// The answer to one question.
    ///
    /// Called on a connection's own thread, so it may block, until the deadline.
    ///
    /// - Parameters:
    ///   - question: the server's.
    ///   - timesAsked: how often the same was asked before on this connection; a wrong answer is asked for again.
    ///   - deadline: after which nobody waits for the answer.
    /// - Returns: one line.
    /// - Throws: ``SSHNoAnswer``; then the connection is given up, and nothing is sent.
    func answer(
        _ question: SSHQuestion,
        timesAsked: Int,
        until deadline: ContinuousClock.Instant
    ) throws(SSHNoAnswer) -> String
}

/// How an account is entered.
package enum SSHAuthentication: Sendable {
    /// By its key, without a question.
    case key
    /// The server also asks, and is answered; `login` is the name under which an admin can do so by hand.
    case answered(by: any SSHResponder, login: String)
    /// The server also asks, and only a person can answer; never tried without one.
    case person(login: String)
}

extension SSHAuthentication {
    /// What everybody is told while nobody has logged in.
    var standing: SSHError? {
        if case .person(let login) = self { .loginNeeded(login: login) } else { nil }
    }

    var responder: (any SSHResponder)? {
        if case .answered(let responder, _) = self { responder } else { nil }
    }

    /// Whether a further attempt by ourselves could lock the account.
    func locks(after error: SSHError) -> Bool {
        guard case .answered = self, case .authenticationRefused = error else { return false }
        return true
    }
}

/// What one connection was asked, and what came of it.
///
/// Not Sendable: it stays on its connection's thread.
final class Interview {
    private let responder: any SSHResponder
    private let deadline: ContinuousClock.Instant
    private var asked: [String: Int] = [:]
    /// Why a question was not answered.
    private(set) var failure: SSHNoAnswer?

    init(_ responder: any SSHResponder, until deadline: ContinuousClock.Instant) {
        self.responder = responder
        self.deadline = deadline
    }

    var wasAsked: Bool { !asked.isEmpty }

    /// The answer; nil when there is none, and then the connection must be given up.
    func answer(_ question: SSHQuestion) -> String? {
        defer { asked[question.text, default: 0] += 1 }
        do throws(SSHNoAnswer) {
            return try responder.answer(question, timesAsked: asked[question.text, default: 0], until: deadline)
        } catch {
            failure = error
            return nil
        }
    }
}
