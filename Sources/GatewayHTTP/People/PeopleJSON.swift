internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird

/// People and tokens as the API shows them.
enum PeopleJSON {
    static func person(_ record: PersonRecord) -> JSONValue {
        [
            "name": .string(record.name), "role": .string(record.role.rawValue),
            "issuer": JobJSON.text(record.identity?.issuer), "subject": JobJSON.text(record.identity?.subject),
            "email": JobJSON.text(record.email), "displayName": JobJSON.text(record.displayName),
            "projects": .array(record.projects.sorted().map { .string($0) }),
            "createdAt": JobJSON.moment(record.createdAt), "seenAt": JobJSON.moment(record.seenAt),
            "disabledAt": JobJSON.moment(record.disabledAt), "signedOutAt": JobJSON.moment(record.signedOutAt),
        ]
    }

    static func token(_ token: APIToken) -> [String: JSONValue] {
        [
            "id": .string(token.id.text), "person": .string(token.person), "label": .string(token.label),
            "scopes": .array(Scope.allCases.filter(token.scopes.contains).map { .string($0.rawValue) }),
            "role": .string(token.role.rawValue), "createdAt": JobJSON.moment(token.createdAt),
            "createdBy": .string(token.createdBy), "expiresAt": JobJSON.moment(token.expiresAt),
            "lastUsedAt": JobJSON.moment(token.lastUsedAt), "revokedAt": JobJSON.moment(token.revokedAt),
            "revokedBy": JobJSON.text(token.revokedBy),
        ]
    }

    /// A new token with its secret.
    static func created(_ new: NewAPIToken) -> Response {
        let members = token(new.token).merging(["secret": .string(new.secret)]) { $1 }
        return Answers.json(
            .object(members),
            status: .created,
            headers: [.location: "/api/v1/tokens/\(new.token.id)", .cacheControl: "no-store"]
        )
    }
}
