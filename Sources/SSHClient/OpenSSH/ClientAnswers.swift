/// What `ssh` is answered when it asks for something, and what its giving up means then.
struct ClientAnswers: Sendable {
    private let endpoint: SSHEndpoint
    private var wasAskedForPassphrase = false

    init(_ endpoint: SSHEndpoint) { self.endpoint = endpoint }

    /// The answer to one question.
    mutating func answer(to question: String) throws(SSHError) -> String {
        if question.hasPrefix("Enter passphrase for ") {
            wasAskedForPassphrase = true
            return endpoint.passphrase ?? ""
        }
        throw .authenticationRefused(
            user: endpoint.userName,
            keyPath: endpoint.keyName,
            reason: "the server asks '\(question)', and nothing is configured to answer that"
        )
    }

    /// A refusal may be the fault of a key that could not be opened.
    func judge(_ error: SSHError, isKeyEncrypted: Bool) -> SSHError {
        guard case .authenticationRefused = error, isKeyEncrypted, let path = endpoint.privateKeyPath else {
            return error
        }
        if endpoint.passphrase == nil { return .keyFileUnusable(path: path, reason: .encryptedWithoutPassphrase) }
        // It is asked for only when the server wants this very key.
        return wasAskedForPassphrase ? .keyFileUnusable(path: path, reason: .wrongPassphrase) : error
    }
}
