internal import Attestation
internal import Storage

/// Whose a thing is, for somebody who asks for it.
package enum Belonging: Sendable, Hashable {
    /// Theirs.
    case own
    /// Somebody else's, or nobody's: they are told the same.
    case notTheirs
    /// Somebody else's, and everybody may know that it is there.
    case othersInPublic
    /// No name of such a thing: whoever reads the address tells what is wrong with it.
    case unreadable
}

/// Finds out whose things are, kind by kind; the spine knows its own kinds and wings add theirs.
package struct Ownership: Sendable {
    /// Tells whose a thing of that name is.
    package typealias Resolver = @Sendable (_ name: String, _ person: Person) async throws -> Belonging

    private var resolvers: [ProtectedObject: Resolver]

    /// What the spine knows.
    init(
        jobs: JobService,
        artifacts: ArtifactLibrary,
        uploads: UploadService,
        projects: ProjectService,
        allocations: AllocationService
    ) {
        resolvers = [
            .person: { name, person in name == person.name ? .own : .notTheirs },
            .job: { name, person in
                guard let id = JobID(name) else { return .unreadable }
                return try await jobs.owner(of: id) == person.name ? .own : .notTheirs
            },
            .artifact: { name, person in
                guard let digest = SHA256Digest(name) else { return .unreadable }
                return try await artifacts.mayRead(digest, person) ? .own : .notTheirs
            },
            .upload: { name, person in
                guard let id = UploadID(name) else { return .unreadable }
                return try await uploads.owner(of: id) == person.name ? .own : .notTheirs
            },
            .project: { name, person in try await projects.includes(name, person) ? .own : .notTheirs },
            .allocation: { name, person in
                guard let id = AllocationID(name) else { return .unreadable }
                return try await allocations.includes(id, person) ? .own : .notTheirs
            },
        ]
    }

    /// The same, with one kind more.
    package func adding(_ kind: ProtectedObject, _ resolver: @escaping Resolver) -> Ownership {
        var copy = self
        copy.resolvers[kind] = resolver
        return copy
    }

    /// Makes sure that somebody may do something with the thing an address names.
    ///
    /// - Parameters:
    ///   - operation: what is asked for.
    ///   - name: the thing, as the address names it.
    ///   - person: who asks; nil without a token.
    /// - Throws: ``GatewayError``: `unauthenticated`, `forbidden`, or `notFound` for what is somebody else's.
    package func require(_ operation: Operation, on name: String?, of person: Person?) async throws {
        let reach = Rights.reach(operation, of: person)
        if reach == .all { return }
        guard let person else {
            throw GatewayError(.unauthenticated, "Send a valid token as 'Authorization: Bearer …'.")
        }
        if reach == .none { throw Rights.refusal(operation, of: person) }
        guard let kind = Rights.of(operation).object, let name else { return }
        guard let resolver = resolvers[kind] else {
            throw GatewayError(.internalFault, "Nobody knows whose a \(kind.rawValue) is.")
        }
        switch try await resolver(name, person) {
        case .own, .unreadable: return
        case .notTheirs: throw GatewayError(.notFound, "There is no \(kind.rawValue) \(name.prefix(80)).")
        case .othersInPublic:
            throw GatewayError(
                .forbidden,
                "The \(kind.rawValue) \(name.prefix(80)) is somebody else's. Only its owner or an admin may do this."
            )
        }
    }
}
