/// What a request to S3 is signed with.
package struct S3Credentials: Sendable, Equatable {
    /// The public name of the key.
    package let accessKeyID: String
    /// The key itself; never sent, never shown.
    let secretAccessKey: String
    /// What goes with a temporary key, as the token service gave it.
    let sessionToken: String?

    /// Credentials.
    package init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken
    }
}

extension S3Credentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The key's name only.
    package var description: String { "S3 key \(accessKeyID)" }
    /// The key's name only.
    package var debugDescription: String { description }
    /// The key's name only, so that no dump shows the secret.
    package var customMirror: Mirror { Mirror(self, children: ["accessKeyID": accessKeyID]) }
}
