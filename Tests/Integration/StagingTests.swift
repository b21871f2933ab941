import Documents
import Foundation
import Testing

/// Inputs by where they are, the caches of sites, and known results, on the real cluster.
@Suite("Inputs and known results", .timeLimit(.minutes(4)))
struct StagingTests {
    /// A work folder of its own, so that no other test has filled its cache.
    static func site(_ name: String = "a", _ extra: String = "") -> (yaml: String, folder: String) {
        let folder = "farfield-data-\(UUID().uuidString.prefix(8).lowercased())"
        let yaml = TestCluster.site(name, extra: extra).replacing("~/farfield-tests", with: "~/\(folder)")
        return (yaml, "/home/researcher1/\(folder)")
    }

    static func manifest(_ rest: String) -> String {
        "name: data\nresources: {memory: 50M, walltime: 2m}\n" + rest
    }

    @Test("an output of one job is the input of the next, by its digest; nothing travels twice at one site")
    func chain() async throws {
        let (site, folder) = Self.site()
        let gateway = try await GatewayProcess(sites: site).start()
        let api = API(gateway)
        let first = try await api.submit(Self.manifest("script: seq 1 1000 > numbers.txt\noutputs: [numbers.txt]"))
        #expect(try await api.wait(first)["state"] == "completed")
        let second = try await api.submit(
            Self.manifest(
                """
                script: |
                  wc -l < in/numbers.txt > count.txt
                  ( echo x >> in/numbers.txt ) 2>/dev/null && echo written >> count.txt
                  ls -l in/ >&2; exit 0
                inputs: [{path: in/numbers.txt, source: "job:\(first)/numbers.txt"}]
                outputs: [count.txt]
                """
            )
        )
        let job = try await api.wait(second)
        #expect(job["state"] == "completed", "\(job)")
        #expect(try await api.get("/api/v1/jobs/\(second)/outputs/count.txt").text == "1000\n")
        let inputs = try await api.get("/api/v1/jobs/\(second)/inputs").json["items"]?.arrayValue ?? []
        #expect(inputs.map { $0["path"] } == ["in/numbers.txt"])
        let digest = try #require(inputs.first?["digest"]?.stringValue).dropFirst(7)
        // It was adopted where it was made, and linked from there.
        let place = "\(folder)/.farfield-cache/sha256/\(digest.prefix(2))/\(digest.dropFirst(2))"
        let links = try await Command.shell("stat -c %h \(place)")
        #expect(links.output == "3\n", "\(links)")
        let metrics = try await api.get("/metrics").text
        #expect(!metrics.contains("farfield_staged_bytes_total{"))
    }

    @Test("a job whose result is known is completed at once, says whose result it is, and points at its record")
    func hit() async throws {
        let (site, _) = Self.site()
        let gateway = try await GatewayProcess(sites: site).start()
        let api = API(gateway)
        let text = Self.manifest("script: date +%N > when.txt\noutputs: [when.txt]\nparameters: {a: 1}")
        let first = try await api.submit(text)
        let computed = try await api.wait(first)
        #expect(computed["cache"]?["status"] == "miss")
        let second = try await api.submit(text.replacing("name: data", with: "name: again"))
        let answered = try await api.job(second)
        #expect(answered["state"] == "completed")
        #expect(answered["slurm"] == .null)
        #expect(answered["cache"]?["status"] == "hit" && answered["cache"]?["job"]?.stringValue == first)
        #expect(answered["cache"]?["visibleTo"] == "user:admin")
        let outputs = try await api.get("/api/v1/jobs/\(second)/outputs/when.txt").text
        #expect(try await api.get("/api/v1/jobs/\(first)/outputs/when.txt").text == outputs)
        let (original, statement) = (try await api.statement(of: first), try await api.statement(of: second))
        let details = statement.value["predicate"]?["buildDefinition"]?["internalParameters"]
        #expect(details?["cachedFrom"]?.stringValue == original.digest)
        #expect(details?["slurmJobId"] == nil && details?["nodes"] == nil)
        #expect(try await TestCluster.count(named: "ff-admin-\(second)-1") == 0)
        // Another parameter is another result; so is none at all where none may be used.
        let others = [
            (text.replacing("a: 1", with: "a: 2"), "miss"), (text + "\ncache: off", "off"),
            (text + "\ncache: refresh", "refresh"), (text + "\ndeterministic: false", "notCacheable"),
        ]
        for (manifest, status) in others {
            let job = try await api.wait(try await api.submit(manifest))
            #expect(job["state"] == "completed" && job["cache"]?["status"]?.stringValue == status, "\(job)")
        }
        let statistics = try await gateway.cli("cache", "stats")
        #expect(statistics.output.contains("1 of 3 jobs that could be, hit rate 33.3 %"), "\(statistics)")
    }

    @Test("two jobs that compute the same compute it once")
    func joined() async throws {
        let (site, _) = Self.site()
        let gateway = try await GatewayProcess(sites: site).start()
        let api = API(gateway)
        let text = Self.manifest("script: sleep 3; date +%N > when.txt\noutputs: [when.txt]")
        let first = try await api.submit(text)
        let second = try await api.submit(text)
        #expect(try await api.job(second)["cache"]?["status"] == "joined")
        #expect(try await api.wait(first)["state"] == "completed")
        let job = try await api.wait(second)
        #expect(job["state"] == "completed" && job["cache"]?["status"] == "hit", "\(job)")
        #expect(try await TestCluster.count(named: "ff-admin-\(second)-1") == 0)
        // The one that computes is cancelled: another one computes instead.
        let third = try await api.submit(text.replacing("sleep 3", with: "sleep 4"))
        let fourth = try await api.submit(text.replacing("sleep 3", with: "sleep 4"))
        try await eventually("the third runs") { try await api.job(third)["state"] == "running" }
        _ = try await api.post("/api/v1/jobs/\(third)/cancel", "")
        let last = try await api.wait(fourth)
        #expect(last["state"] == "completed" && last["cache"]?["status"] == "miss", "\(last)")
    }

    @Test("a file of the site is linked, hashed, and stops the job when it is not what the manifest expects")
    func siteFiles() async throws {
        let (site, folder) = Self.site()
        let gateway = try await GatewayProcess(sites: site).start()
        let api = API(gateway)
        let place = "/home/researcher1/sky \(UUID().uuidString.prefix(6)).txt"
        _ = try await Command.shell("echo stars > '\(place)'; chmod 644 '\(place)'")
        let digest = "sha256:" + (try await Command.shell("sha256sum < '\(place)'")).output.prefix(64)
        let source = "file://" + place.replacing(" ", with: "%20")
        func text(_ digest: String) -> String {
            Self.manifest(
                "script: cat sky.txt > out.txt; readlink sky.txt >> out.txt\noutputs: [out.txt]\ninputs: [{path: sky.txt, source: \"\(source)\", digest: \"\(digest)\"}]"
            )
        }
        let id = try await api.submit(text(digest))
        #expect(try await api.wait(id)["state"] == "completed")
        #expect(try await api.get("/api/v1/jobs/\(id)/outputs/out.txt").text == "stars\n\(place)\n")
        let wrong = "sha256:" + String(repeating: "0", count: 64)
        let refused = try await api.wait(try await api.submit(text(wrong)))
        #expect(refused["state"] == "failed" && refused["slurm"] == .null)
        let reason = refused["reason"]?.stringValue ?? ""
        #expect(reason.contains(wrong) && reason.contains(digest), "\(reason)")
        let absent = try await api.wait(
            try await api.submit(Self.manifest("command: cat x\ninputs: [{path: x, source: \"file:///nowhere/x\"}]"))
        )
        #expect(absent["reason"]?.stringValue?.contains("there is no such file") == true, "\(absent)")
        _ = folder
    }
}
