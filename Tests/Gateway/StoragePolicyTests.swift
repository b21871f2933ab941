import Documents
import Testing

@testable import Gateway

@Suite("The configuration of storage")
struct StoragePolicyTests {
    @Test("is read with its units, and has no limits by itself")
    func reads() throws {
        let text = """
            storage:
              retention: 90d
              quota: 500G
              quotas: {TG-BIO1: 2T, astro: 1M}
              uploadSize: 10G
              grace: 2h
              uploadsExpire: 1d12h
            """
        let policy = try ConfigurationReader.read(try Document(yaml: text)).storage
        #expect(policy.retention == .seconds(90 * 86400))
        #expect(policy.quota(of: "TG-BIO1") == 2 << 40)
        #expect(policy.quota(of: "astro") == 1 << 20)
        #expect(policy.quota(of: "other") == 500 << 30)
        #expect(policy.uploadBytes == 10 << 30)
        #expect(policy.grace == .seconds(7200))
        #expect(policy.uploadsExpire == .seconds(36 * 3600))
        let standard = try ConfigurationReader.read(try Document(yaml: "home: x")).storage
        #expect(standard == .standard)
        #expect(standard.retention == nil && standard.quota(of: "any") == nil)
    }

    @Test("tells every fault with its line")
    func faults() throws {
        let text = """
            storage:
              retention: soon
              quota: many
              quotas: {"a b": 1G, ok: 1}
              grace: 5s
              colour: red
            """
        let document = try Document(yaml: text)
        let error = #expect(throws: ConfigurationError.self) { try ConfigurationReader.read(document) }
        guard case .faults(let faults) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(
            Set(faults.map(\.path)) == [
                "/storage/retention", "/storage/quota", "/storage/quotas/a b", "/storage/quotas/ok", "/storage/grace",
                "/storage/colour",
            ]
        )
        #expect(faults.first { $0.path == "/storage/grace" }?.line == 5)
    }
}
