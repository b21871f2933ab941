import Documents
import Foundation
import LanguageModels
import Testing

@testable import Gateway

@Suite("The configuration of models and advice")
struct AdviceConfigurationTests {
    private static func read(_ yaml: String) throws -> GatewayConfiguration {
        try ConfigurationReader.read(try Document(yaml: yaml))
    }

    private static func faults(_ yaml: String) throws -> [String] {
        let document = try Document(yaml: yaml)
        do throws(ConfigurationError) {
            _ = try ConfigurationReader.read(document)
            return []
        } catch {
            guard case .faults(let faults) = error else { return ["\(error)"] }
            return faults.map(\.path)
        }
    }

    @Test("reads models in order, each with its defaults")
    func models() throws {
        let file = NSTemporaryDirectory() + "token-" + UUID().uuidString
        try "s3cret\n".write(toFile: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: file) }
        let configuration = try Self.read(
            """
            models:
              - {name: local, url: "http://127.0.0.1:11434/", model: "mistral:7b"}
              - name: shared
                dialect: vllm
                url: https://models.example.org
                model: meta/llama-3
                tokenFile: \(file)
                contextTokens: 8192
                keepAlive: forever
                slots: 8
                loadDeadline: 10m
            """
        )
        let models = configuration.models.endpoints
        #expect(
            models.first
                == ModelEndpoint(name: "local", url: "http://127.0.0.1:11434", dialect: .ollama, model: "mistral:7b")
        )
        let shared = try #require(models.last)
        #expect(shared.dialect == .vLLM && shared.token == "s3cret" && shared.contextTokens == 8192)
        #expect(shared.keepAlive < .zero && shared.slots == 8 && shared.loadDeadline == .seconds(600))
        #expect(try Self.read("{}").models.endpoints.isEmpty)
    }

    @Test("reads how jobs are advised on")
    func advice() throws {
        let text = "advice: {budget: 1.2s, heuristic: off, rejects: always, confidence: 80, latePatience: 1m}"
        let policy = try Self.read(text).advice
        #expect(policy.budget == .milliseconds(1200) && !policy.usesHeuristic && policy.rejects == .always)
        #expect(policy.confidence == 80 && policy.latePatience == .seconds(60))
        #expect(try Self.read("advice: {budget: 900ms, heuristic: on}").advice.budget == .milliseconds(900))
        #expect(try Self.read("{}").advice == .standard)
    }

    @Test(
        "names what is wrong",
        arguments: [
            ("models: [{name: a, url: 'http://h/v1', model: m}]", "/models/0/url"),
            ("models: [{name: a, url: 'http://u:p@h', model: m}]", "/models/0/url"),
            ("models: [{name: a, url: 'ftp://h', model: m}]", "/models/0/url"),
            ("models: [{name: a, url: 'http://h:99999', model: m}]", "/models/0/url"),
            ("models: [{name: a, url: 'http://h'}]", "/models/0/model"),
            ("models: [{name: a, url: 'http://h', model: m, dialect: openai}]", "/models/0/dialect"),
            ("models: [{name: a, url: 'http://h', model: m, slots: 0}]", "/models/0/slots"),
            ("models: [{name: a, url: 'http://h', model: m}, {name: a, url: 'http://i', model: m}]", "/models"),
            ("models: [{name: a, url: 'http://h', model: m, tokenFile: /dev/null}]", "/models/0/tokenFile"),
            ("advice: {budget: 5m}", "/advice/budget"), ("advice: {heuristic: maybe}", "/advice/heuristic"),
            ("advice: {rejects: sometimes}", "/advice/rejects"), ("advice: {confidence: 101}", "/advice/confidence"),
        ]
    )
    func faults(yaml: String, path: String) throws {
        #expect(try Self.faults(yaml) == [path])
    }
}
