package import Attestation
package import Documents

/// What a statement says, as far as a verifier compares it (in-toto Statement v1, SLSA Provenance v1).
package struct SignedRecord: Sendable, Hashable {
    /// A file by name and digest.
    package struct Subject: Sendable, Hashable {
        /// Path in the crate.
        package let name: String
        /// SHA-256 of the file.
        package let digest: SHA256Digest
    }

    /// Something the run rested on.
    package struct Dependency: Sendable, Hashable {
        /// Its name, such as `input/data.fits`.
        package let name: String
        /// Where it is.
        package let uri: String
        /// Digests by algorithm (`sha256`, `dirHash1`, `gitCommit`); empty when none was known.
        package let digests: [String: String]
    }

    /// The crate first, then the outputs.
    package let subjects: [Subject]
    /// Page that explains the fields.
    package let buildType: String
    /// Pair of gateway and site.
    package let builder: String
    /// The analysis.
    package let invocation: String
    /// Template's address.
    package let template: String
    /// Values of parameters.
    package let parameters: [String: String]
    /// Addresses of inputs by slot.
    package let inputs: [String: String]
    /// What it rested on.
    package let dependencies: [Dependency]
    /// How the run ended.
    package let state: String
    /// What the user chose, by the names of ``externalNames``.
    package let choices: [String: JSONValue]
    /// What gateway and site set and is a text; one within an object by both names, such as `gpu.driver`.
    package let facts: [String: String]
    /// Names of facts nobody could tell.
    package let unknown: [String]
    /// Digest of the recipe.
    package let recipe: SHA256Digest?
    /// The cache entry it came from.
    package let cachedFrom: SHA256Digest?
    /// The analysis it is a replay of.
    package let replayOf: SHA256Digest?
    /// When it began.
    package let startedOn: Moment?
    /// When it ended.
    package let finishedOn: Moment?

    /// The names a user's choice may have; others are refused (SLSA v1: verifiers should reject unknown ones).
    package static let externalNames = [
        "template", "parameters", "inputs", "environment", "modules", "outputs", "command", "arrayTasks", "container",
        "replayOf",
    ]

    /// The most bytes of a statement.
    package static let limit = 16 << 20

    /// Reads the payload of an envelope strictly.
    ///
    /// - Parameter payload: the bytes that were signed.
    /// - Throws: ``RecordFault`` with the first thing wrong.
    package init(payload: [UInt8]) throws(RecordFault) {
        let document = try StrictValue.canonical(payload, document: "statement", limit: Self.limit)
        let top = try StatementType.check(document, predicate: StatementRendering.predicateType)
        subjects = try Self.subjects(try top.member("subject"))
        let predicate = try top.member("predicate").members(["buildDefinition", "runDetails"])
        let definition = try predicate.member("buildDefinition").members([
            "buildType", "externalParameters", "internalParameters", "resolvedDependencies",
        ])
        buildType = try definition.member("buildType").text()
        let external = try definition.member("externalParameters").members(
            ["template", "parameters", "inputs"],
            optional: Self.externalNames
        )
        template = try external.member("template").text()
        parameters = try external.member("parameters").texts()
        inputs = try external.member("inputs").texts()
        replayOf = try Self.digest(external["replayOf"])
        try Self.checkChoices(external)
        choices = external.mapValues(\.value)
        let internals = try definition.member("internalParameters").members(["state"], others: true)
        state = try internals.member("state").text()
        facts = Self.flattened(internals)
        recipe = try Self.digest(internals["recipe"])
        cachedFrom = try Self.digest(internals["cachedFrom"])
        unknown = try Self.texts(internals["unknown"])
        dependencies = try Self.dependencies(try definition.member("resolvedDependencies"))
        let details = try predicate.member("runDetails").members(["builder", "metadata"], optional: ["byproducts"])
        builder = try details.member("builder").members(["id"], optional: ["version"]).member("id").text()
        let metadata = try details.member("metadata").members(
            ["invocationId"],
            optional: ["startedOn", "finishedOn"]
        )
        invocation = try metadata.member("invocationId").text()
        startedOn = try Self.moment(metadata["startedOn"])
        finishedOn = try Self.moment(metadata["finishedOn"])
    }

    /// The kinds of what stands beside template, parameters and inputs.
    private static func checkChoices(_ external: [String: StrictValue]) throws(RecordFault) {
        _ = try external["environment"]?.texts()
        for name in ["modules", "outputs"] { _ = try texts(external[name]) }
        for name in ["arrayTasks", "container"] { _ = try external[name]?.text() }
        guard let command = external["command"] else { return }
        let members = try command.members([], optional: ["words", "line", "script"])
        guard members.count == 1 else { throw command.fault("it is not exactly one of words, line and script") }
        _ = try texts(members["words"])
        _ = try members["line"]?.text()
        _ = try members["script"]?.digest()
    }

    private static func flattened(_ internals: [String: StrictValue]) -> [String: String] {
        var facts: [String: String] = [:]
        for (name, fact) in internals {
            facts[name] = fact.value.isTrue ? "true" : fact.value.stringValue
            for (inner, value) in fact.value.objectValue ?? [:] { facts["\(name).\(inner)"] = value.stringValue }
        }
        return facts
    }

    /// Whether a simulator played the job.
    package var isSimulated: Bool { facts["simulated"] == "true" }

    /// The crate's digest.
    package var crate: SHA256Digest? { subjects.first { $0.name == RecordPaths.crate }?.digest }

    private static func subjects(_ list: StrictValue) throws(RecordFault) -> [Subject] {
        var subjects: [Subject] = []
        // Names are bytes: two ways to write an accented letter are two files.
        var seen: Set<[UInt8]> = []
        for element in try list.elements(limit: RecordPaths.subjectLimit + 1) {
            let subject = try StatementType.subject(element)
            guard RecordPaths.isBelow(subject.name) else { throw element.fault("its name leads out of the crate") }
            guard seen.insert(Array(subject.name.utf8)).inserted else {
                throw element.fault("'\(subject.name)' stands twice")
            }
            subjects.append(subject)
        }
        guard subjects.first?.name == RecordPaths.crate else { throw list.fault("the first subject is not the crate") }
        return subjects
    }

    private static func dependencies(_ list: StrictValue) throws(RecordFault) -> [Dependency] {
        var dependencies: [Dependency] = []
        for element in try list.elements(limit: 10_000) {
            let members = try element.members(["name", "uri"], optional: ["digest", "mediaType", "annotations"])
            var digests: [String: String] = [:]
            if let digest = members["digest"] { digests = try digest.texts() }
            let name = try members.member("name").text()
            dependencies.append(Dependency(name: name, uri: try members.member("uri").text(), digests: digests))
        }
        return dependencies
    }

    private static func texts(_ list: StrictValue?) throws(RecordFault) -> [String] {
        var texts: [String] = []
        for element in try list?.elements(limit: 10_000) ?? [] { texts.append(try element.text()) }
        return texts
    }

    private static func digest(_ value: StrictValue?) throws(RecordFault) -> SHA256Digest? { try value?.digest() }
    private static func moment(_ value: StrictValue?) throws(RecordFault) -> Moment? { try value?.moment() }
}

/// What all our statements have.
enum StatementType {
    /// The members of a statement whose types are right.
    static func check(_ document: StrictValue, predicate: String) throws(RecordFault) -> [String: StrictValue] {
        let top = try document.members(["_type", "subject", "predicateType", "predicate"])
        let type = try top.member("_type")
        guard try type.text() == StatementRendering.statementType else {
            throw type.fault("it is no in-toto Statement v1")
        }
        let found = try top.member("predicateType")
        guard try found.text() == predicate else { throw found.fault("the predicate is not \(predicate)") }
        return top
    }

    static func subject(_ element: StrictValue) throws(RecordFault) -> SignedRecord.Subject {
        let members = try element.members(["name", "digest"])
        let digest = try members.member("digest").members(["sha256"]).member("sha256")
        guard let value = SHA256Digest("sha256:" + (try digest.text())) else { throw digest.fault("it is no SHA-256") }
        return SignedRecord.Subject(name: try members.member("name").text(), digest: value)
    }
}

extension [String: StrictValue] {
    /// A member that ``StrictValue/members(_:optional:others:)`` made sure of.
    func member(_ name: String) throws(RecordFault) -> StrictValue {
        guard let member = self[name] else { throw RecordFault("document", "/\(name)", "it is missing") }
        return member
    }
}
