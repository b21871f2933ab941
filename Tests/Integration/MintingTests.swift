import Documents
import Foundation
import Testing

/// DOIs at a registry that speaks DataCite's protocol, with its faults.
@Suite("Minting DOIs", .timeLimit(.minutes(3)))
struct MintingTests {
    private static let words = """
        title: Noise
        authors: [{name: "Carberry, Josiah", orcid: 0000-0002-1825-0097}]
        licence: CC-BY-4.0
        abstract: A short series of numbers.
        keywords: [radio]
        """

    private func published(_ api: API) async throws -> String {
        let job = try await api.submit(
            "name: noise\nresources: {memory: 50M, walltime: 2m}\nscript: echo 1 > n.csv\noutputs: [n.csv]\ncache: off"
        )
        try await api.wait(job)
        _ = try await api.envelope(of: job)
        let answer = try await api.post("/api/v1/jobs/\(job)/publish", Self.words)
        try #require(answer.status == 201, "\(answer.text)")
        return try #require(answer.json["id"]?.stringValue)
    }

    private func standing(_ analysis: String, _ api: API) async throws -> JSONValue {
        try await api.get("/api/v1/analyses/\(analysis)").json["doi"] ?? .null
    }

    private func attributes(_ analysis: String, _ registry: Registry, _ api: API) async throws -> JSONValue {
        let answer = try await api.send("GET", "\(registry.url)/dois/10.5072/\(analysis)", token: nil)
        return answer.json["data"]?["attributes"] ?? .null
    }

    @Test("goes on after a registry that was away and after a lost answer; what is decided later reaches it, too")
    func life() async throws {
        let registry = try Registry()
        registry.command("fault 503 1")
        let gateway = try await GatewayProcess(general: "provenance:\n\(registry.configuration)").start()
        let api = API(gateway)
        let analysis = try await published(api)
        try await eventually("it is told that the registry is away") {
            try await standing(analysis, api)["reason"]?.stringValue?.contains("HTTP 503") == true
        }
        #expect(try await standing(analysis, api)["state"] == "reserved")
        // The registry takes it, and the answer is lost: the next request finds it there.
        registry.command("lose")
        try await eventually("the registry has it") { try await attributes(analysis, registry, api) != .null }
        registry.command("answer")
        try await eventually("it is minted") { try await standing(analysis, api)["state"] == "minted" }
        let made = try await attributes(analysis, registry, api)
        #expect(made["state"] == "findable" && made["url"]?.stringValue?.hasSuffix("/analysis/\(analysis)") == true)
        #expect(try registry.requests.last?["method"] == "PUT")
        let decided = try await api.post(
            "/api/v1/analyses/\(analysis)/retract",
            "code: error-in-data\nreason: The antenna was off."
        )
        #expect(decided.status == 200, "\(decided.text)")
        try await eventually("the registry knows of the withdrawal") {
            let dates = try await attributes(analysis, registry, api)["dates"]?.arrayValue ?? []
            return dates.contains { $0["dateType"] == "Withdrawn" }
        }
        #expect(!gateway.log.contains(Registry.password))
    }

    @Test("is refused for a wrong password: the analysis and the doctor say so, and the next start tries again")
    func refused() async throws {
        let registry = try Registry()
        registry.command("password another")
        let gateway = try await GatewayProcess(general: "provenance:\n\(registry.configuration)").start()
        let api = API(gateway)
        let analysis = try await published(api)
        try await eventually("it has failed") { try await standing(analysis, api)["state"] == "failed" }
        let reason = try await standing(analysis, api)["reason"]?.stringValue ?? ""
        #expect(reason.contains("HTTP 401") && reason.contains("Bad credentials."), "\(reason)")
        let doctor = try await gateway.cli("doctor")
        #expect(doctor.status == 1 && doctor.output.contains("provenance.doi"), "\(doctor.output)")
        registry.command("password \(Registry.password)")
        gateway.stop()
        try await gateway.start()
        try await eventually("it is minted") { try await standing(analysis, api)["state"] == "minted" }
        #expect(try registry.requests.map { $0["status"] } == [401, 201])
        // The same metadata are not sent twice, and what the registry lost is made again.
        gateway.stop()
        try await gateway.start()
        #expect(try registry.requests.count == 2)
        #expect(!gateway.log.contains(Registry.password))
    }
}
