import Documents
import Testing

@testable import Gateway

@Suite("A simulated site, as its entry says")
struct SimulatorReaderTests {
    private func faults(_ entry: String) throws -> [String] {
        do {
            _ = try site(entry)
            return []
        } catch let error as ConfigurationError {
            guard case .faults(let found) = error else { throw error }
            return found.map(\.path)
        }
    }

    private func site(_ entry: String) throws -> SiteConfiguration {
        let text = "sites:\n  - kind: simulator\n" + entry.split(separator: "\n").map { "    \($0)\n" }.joined()
        return try #require(try ConfigurationReader.read(try Document(yaml: text)).sites.first)
    }

    @Test("it needs a name and nothing else, and is never chosen for somebody who did not ask for it")
    func least() throws {
        let site = try site("name: sim")
        #expect(site.kind == .simulator)
        #expect(site.simulation == SimulationPolicy())
        #expect(!site.isChosenByGateway)
        #expect(site.identity == .community)
        #expect(try faults("slots: 2") == ["/sites/0/name"])
    }

    @Test("clock, folder and slots")
    func policy() throws {
        #expect(try site("name: sim\nclock: real").simulation?.clock == .factor(1))
        #expect(try site("name: sim\nclock: 2.5").simulation?.clock == .factor(2.5))
        let site = try site("name: sim\nclock: instantly\nfolder: /srv/sim\nslots: 7\nautomatic: true")
        #expect(site.simulation?.clock == .instantly)
        #expect(site.simulation?.folder == "/srv/sim")
        #expect(site.simulation?.slots == 7)
        #expect(site.isChosenByGateway)
        for bad in ["0", "-1", "fast", "[]", "1e9"] {
            #expect(try faults("name: sim\nclock: \(bad)") == ["/sites/0/clock"], "\(bad)")
        }
        #expect(try faults("name: sim\nslots: 0") == ["/sites/0/slots"])
    }

    @Test("what is about SSH has no place in it")
    func strangers() throws {
        #expect(try faults("name: sim\nhost: login\nuser: me").sorted() == ["/sites/0/host", "/sites/0/user"])
    }

    @Test("what was simulated has keys of its own, whatever the operator calls the software")
    func keys() throws {
        #expect(try site("name: sim").cache.software == "simulated ")
        #expect(try site("name: sim\nsoftware: 2026-11").cache.software == "simulated 2026-11")
        let text = """
            models: [{name: local, url: "http://127.0.0.1:11434", model: mistral}]
            sites: [{name: sim, kind: simulator}]
            """
        // What rules decided is not what a model decides.
        let asking = try ConfigurationReader.read(try Document(yaml: text)).sites.first
        #expect(asking?.cache.software == "simulated with mistral")
    }
}
