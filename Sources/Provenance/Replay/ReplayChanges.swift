internal import Attestation
package import Documents
internal import Gateway

/// What a person wants otherwise when something is run again; nothing is a replay, other inputs are a fork.
package struct ReplayChanges: Sendable, Hashable {
    /// By the input's path in the job's folder: where its bytes come from now, as in a job manifest.
    package var inputs: [String: String] = [:]
    /// Values of the template's parameters that are other or new.
    package var parameters: [String: String] = [:]
    /// Where it runs; nil to run where it ran.
    package var site: String?
    /// Whether only the report is wanted.
    package var isDryRun = false

    /// Nothing otherwise.
    package init() {}

    /// Reads changes.
    ///
    /// - Parameter document: `inputs`, `parameters`, `site`, `dryRun`, each of which may be left out.
    /// - Throws: `GatewayError` of kind `invalidRequest` with every fault found.
    package init(_ document: Document) throws {
        let collector = FaultCollector(lines: document.lines)
        let root = Field(document.value, collector: collector)
        if let object = root.object(known: ["inputs", "parameters", "site", "dryRun"]) {
            for entry in object["inputs"]?.entries(limit: 200) ?? [] {
                inputs[entry.key] = entry.field.string(expected: "where the bytes come from, such as artifact:sha256:…")
            }
            for entry in object["parameters"]?.entries(limit: 200) ?? [] {
                parameters[entry.key] = entry.field.word()
            }
            site = object["site"]?.string(expected: "the name of a site")
            isDryRun = object["dryRun"]?.boolean() ?? false
        }
        if !collector.faults.isEmpty {
            throw GatewayError(.invalidRequest, "It cannot be run again like this.", faults: collector.faults)
        }
    }

    /// The artifact that an address names; nil for one of another kind.
    static func artifact(_ source: String) -> SHA256Digest? {
        SHA256Digest(source.hasPrefix("artifact:") ? String(source.dropFirst(9)) : source)
    }

    /// The artifacts among the new inputs.
    var artifacts: [SHA256Digest] { inputs.values.compactMap(Self.artifact) }

    /// What is written down with the new job.
    package var json: JSONValue {
        var members: [String: JSONValue] = [:]
        if !inputs.isEmpty { members["inputs"] = .object(inputs.mapValues { .string($0) }) }
        if !parameters.isEmpty { members["parameters"] = .object(parameters.mapValues { .string($0) }) }
        if let site { members["site"] = .string(site) }
        return .object(members)
    }
}
