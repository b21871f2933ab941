/// What `ssh` is answered when it asks for something, and what its giving up means then.
///
/// Not Sendable: it stays on its connection's thread.
struct ClientAnswers {
    private let endpoint: SSHEndpoint
    private let interview: Interview?
    private var wasAskedForPassphrase = false

    init(_ endpoint: SSHEndpoint, _ interview: Interview?) {
        self.endpoint = endpoint
        self.interview = interview
    }

    /// The answer to one question.
    mutating func answer(to question: String) throws(SSHError) -> String {
        if question.hasPrefix("Enter passphrase for ") {
            wasAskedForPassphrase = true
            return endpoint.passphrase ?? ""
        }
        // `ssh` says for whom it asks: "(user@host) Password: ".
        let words = question.firstMatch(of: #/^\([^()\s]+@[^()\s]+\) /#).map {
            String(question[$0.range.upperBound...])
        }
        let asked = SSHQuestion(text: words ?? question, isEchoed: false)
        if let answer = interview?.answer(asked) { return answer }
        throw endpoint.refused(interview?.failure?.reason ?? "it asks '\(question)', which nothing answers")
    }

    /// A refusal may be the fault of a key that could not be opened.
    func judge(_ error: SSHError, isKeyEncrypted: Bool) -> SSHError {
        if case .authenticationRefused = error, interview?.wasAsked == true {
            return endpoint.refused("it does not accept the answers to its questions")
        }
        guard case .authenticationRefused = error, isKeyEncrypted, let path = endpoint.privateKeyPath else {
            return error
        }
        if endpoint.passphrase == nil { return .keyFileUnusable(path: path, reason: .encryptedWithoutPassphrase) }
        // It is asked for only when the server wants this very key.
        return wasAskedForPassphrase ? .keyFileUnusable(path: path, reason: .wrongPassphrase) : error
    }
}
