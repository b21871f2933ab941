internal import Attestation
package import Documents
internal import Gateway

/// A lineage in the words of W3C PROV, as PROV-JSON (W3C Member Submission of 24 April 2013, §3).
///
/// Files are entities, jobs activities, the gateway the software agent that answers for them, an analysis the collection
/// of its job's results. A job that was answered by a known result generated nothing: another job informed it.
package struct ProvenanceRendering: Sendable {
    private let graph: LineageGraph
    private let gateway: GatewayIdentity

    init(_ graph: LineageGraph, gateway: GatewayIdentity) { (self.graph, self.gateway) = (graph, gateway) }

    /// The document.
    package var json: JSONValue {
        let base = gateway.baseURL
        var entities: [String: JSONValue] = [:]
        for (digest, file) in graph.files {
            var members: [String: JSONValue] = [
                "farfield:\(file.isFolder ? "dirHash1" : "sha256")": .string(digest.hexadecimal)
            ]
            members["prov:label"] = file.names.min().map { .string($0) }
            members["farfield:size"] = file.size.map { .object(["$": .string("\($0)"), "type": "xsd:long"]) }
            entities[Self.name(digest)] = .object(members)
        }
        for run in graph.runs.values {
            for record in run.analyses {
                entities["analysis:\(record)"] = [
                    "prov:type": ["$": "prov:Collection", "type": "prov:QUALIFIED_NAME"],
                    "prov:label": .string(run.name),
                ]
            }
        }
        var document: [String: JSONValue] = [
            "prefix": [
                "farfield": .string("\(base)/ns/provenance#"), "job": .string("\(base)/api/v1/jobs/"),
                "artifact": .string("\(base)/api/v1/artifacts/sha256:"), "analysis": .string("\(base)/analysis/"),
            ],
            "entity": .object(entities), "activity": .object(activities), "agent": .object(agents),
            "used": .object(relations(.used)),
            "wasGeneratedBy": .object(relations(.generated)),
            "wasAssociatedWith": .object(associations),
        ]
        let informed = informed
        let members = members
        if !informed.isEmpty { document["wasInformedBy"] = .object(informed) }
        if !members.isEmpty { document["hadMember"] = .object(members) }
        return .object(document)
    }

    private static func name(_ digest: SHA256Digest) -> String { "artifact:\(digest.hexadecimal)" }

    private var activities: [String: JSONValue] {
        Dictionary(
            uniqueKeysWithValues: graph.runs.map { id, run in
                var members: [String: JSONValue] = [
                    "prov:label": .string(run.name), "farfield:site": .string(run.site),
                    "farfield:state": .string(run.state.rawValue),
                ]
                members["prov:startTime"] = run.started.map { .string($0.utc) }
                members["prov:endTime"] = run.finished.map { .string($0.utc) }
                members["farfield:replayOf"] = run.replayOf.map {
                    ["$": .string("job:\($0.text)"), "type": "prov:QUALIFIED_NAME"]
                }
                return ("job:\(id.text)", .object(members))
            }
        )
    }

    private var agents: [String: JSONValue] {
        [
            "farfield:gateway": [
                "prov:type": ["$": "prov:SoftwareAgent", "type": "prov:QUALIFIED_NAME"],
                "prov:label": .string(gateway.name), "farfield:version": .string(gateway.version),
            ]
        ]
    }

    private func relations(_ relation: LineageGraph.Relation) -> [String: JSONValue] {
        let edges = graph.sortedEdges.filter { edge in
            edge.relation == relation && (relation == .used || graph.runs[edge.job]?.cachedFrom == nil)
        }
        return Self.numbered(relation == .used ? "u" : "g", edges) { edge in
            [
                "prov:activity": .string("job:\(edge.job.text)"), "prov:entity": .string(Self.name(edge.file)),
                "prov:role": .string(edge.path),
            ]
        }
    }

    private var associations: [String: JSONValue] {
        Self.numbered("a", graph.runs.keys.sorted { $0.text < $1.text }) { id in
            ["prov:activity": .string("job:\(id.text)"), "prov:agent": "farfield:gateway"]
        }
    }

    private var informed: [String: JSONValue] {
        let pairs = graph.runs.compactMap { id, run in
            run.cachedFrom.flatMap { graph.runs[$0] == nil ? nil : (id.text, $0.text) }
        }
        return Self.numbered("i", pairs.sorted { $0 < $1 }) { pair in
            ["prov:informed": .string("job:\(pair.0)"), "prov:informant": .string("job:\(pair.1)")]
        }
    }

    private var members: [String: JSONValue] {
        let pairs = graph.sortedEdges.filter { $0.relation == .generated }.flatMap { edge in
            (graph.runs[edge.job]?.analyses ?? []).map { ($0.text, edge.file) }
        }
        return Self.numbered("m", pairs) { pair in
            ["prov:collection": .string("analysis:\(pair.0)"), "prov:entity": .string(Self.name(pair.1))]
        }
    }

    /// Relations have no names of their own: blank ones, in a fixed order.
    private static func numbered<Element>(
        _ letter: String,
        _ elements: [Element],
        _ value: (Element) -> JSONValue
    ) -> [String: JSONValue] {
        Dictionary(
            uniqueKeysWithValues: elements.enumerated().map { ("_:\(letter)\($0.offset + 1)", value($0.element)) }
        )
    }
}
