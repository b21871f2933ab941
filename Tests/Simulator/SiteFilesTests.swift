import Attestation
import Documents
import Foundation
import Slurm
import Testing

@testable import Gateway
@testable import Simulator

@Suite("The files of a simulated site", .timeLimit(.minutes(1)))
struct SiteFilesTests {
    /// A site whose folder holds the folder of one job.
    private func withSite(_ body: @Sendable @escaping (SimulatorSite, String, String) async throws -> Void) async throws
    {
        try await SimulatedInstallation.with { installation in
            try await installation.running { gateway in
                let site = gateway.site
                try await site.reach()
                let key = "ff-admin-1-1"
                try site.place.folder.make("\(site.place.folder.path)/\(key)")
                try await body(site, site.place.folder.path, key)
            }
        }
    }

    @Test("end at its folder: nothing of the gateway's machine is read, by name or by link")
    func endAtTheFolder() async throws {
        try await withSite { site, root, key in
            let secret = root + "-secret"
            try FileManager.default.createDirectory(atPath: secret, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: secret) }
            try Data("secret".utf8).write(to: URL(fileURLWithPath: "\(secret)/file"))
            let links = [("file-link", "\(secret)/file"), ("folder-link", secret), ("up", "../..")]
            for (name, target) in links {
                try FileManager.default.createSymbolicLink(
                    atPath: "\(root)/\(key)/\(name)",
                    withDestinationPath: target
                )
            }
            for path in [
                "../../../etc/passwd", "/etc/passwd", "file-link", "folder-link/file", "up/x", "a/../../b", "", ".",
            ] {
                await #expect(throws: SiteFailure.self, "\(path)") {
                    _ = try await site.read(path, key: key, offset: 0, length: 10)
                }
                await #expect(throws: (any Error).self, "\(path)") {
                    _ = try await site.receive(path, key: key, limit: 100) { _ in }
                }
            }
            await #expect(throws: (any Error).self) {
                _ = try await site.read("x", key: "../secret", offset: 0, length: 1)
            }
            let paths = ["/etc/passwd", "\(secret)/file", "\(root)/\(key)/file-link", "\(root)/\(key)/folder-link"]
            for result in try await site.hash(paths, key: nil, protects: false, bytes: nil) {
                guard case .failed(let reason) = result else {
                    Issue.record("it was hashed")
                    continue
                }
                #expect(reason.contains("outside the simulator's folder"))
            }
            let link = LinkInputs.Link(.siteFile("/etc/passwd"), at: "x", isCopy: true, isExecutable: false)
            guard case .failed = try await site.link([link], key: key) else {
                Issue.record("it was linked")
                return
            }
            let listing = try await site.list(["**"], key: key)
            #expect(listing.files.isEmpty)
            #expect(listing.refused.keys.sorted() == ["file-link", "folder-link", "up"])
        }
    }

    @Test("go through the cache like at a cluster: sent, checked, linked, adopted, cleaned")
    func goThroughTheCache() async throws {
        try await withSite { site, root, key in
            let bytes = Array("some bytes".utf8)
            let artifact = StoredArtifact(digest: SHA256Digest(of: bytes), size: Int64(bytes.count))
            #expect(try await site.lookIntoCache([artifact.digest]).isEmpty)
            try await site.send(artifact, reading: { Array(bytes[Int($0)..<min(bytes.count, Int($0) + 4)]) }) { _ in }
            guard case .taken? = try await site.takeIntoCache([artifact])[artifact.digest] else {
                Issue.record("it is not in the cache")
                return
            }
            #expect(try await site.lookIntoCache([artifact.digest]).keys.map(\.self) == [artifact.digest])
            let hexadecimal = artifact.digest.hexadecimal
            let link = LinkInputs.Link(.cached(hexadecimal), at: "in/data", isCopy: false, isExecutable: false)
            #expect(try await site.link([link], key: key) == .linked)
            #expect(try await site.read("in/data", key: key, offset: 5, length: 100)?.bytes == Array("bytes".utf8))
            guard case .file(let hashed)? = try await site.hash(["in/data"], key: key, protects: true, bytes: nil).first
            else {
                Issue.record("it was not hashed")
                return
            }
            #expect(hashed.digest == hexadecimal)
            #expect(try await site.list(["in/*"], key: key).files == [SiteFile(path: "in/data", size: 10)])
            let report = try await site.clean(folders: [key], cached: [artifact.digest])
            #expect(report.removed == [key])
            #expect(!FileManager.default.fileExists(atPath: "\(root)/\(key)"))
        }
    }

    @Test("are there before a job is taken, and a key is taken once")
    func submission() async throws {
        try await withSite { site, root, _ in
            let text =
                "name: n\nsite: simulator\ncommand: x\ntemplate: radio-pipeline\nparameters: {dataset: d, image_size: 64}"
            let manifest = try JobManifestReader.read(try Document(yaml: text))
            func submission(_ key: String, expected: [String] = []) throws -> Submission {
                Submission(
                    key: key,
                    files: [.init(path: "job.sbatch", bytes: Array("#!/bin/bash".utf8))],
                    expected: expected,
                    comment: "",
                    resubmits: false,
                    job: try #require(JobID("job_01jqz3n5c9k8m7r6t4v2w0x1y3")),
                    attempt: 1,
                    manifest: manifest
                )
            }
            let key = "ff-admin-2-1"
            let lost = await site.submit([try submission(key, expected: ["missing"])])
            guard case .inputsLost = lost.first else {
                Issue.record("\(lost)")
                return
            }
            #expect(await site.find(keys: [key], since: Timestamp(seconds: 0), isThorough: true) == [.absent])
            let answers = await site.submit([try submission(key), try submission(key)])
            #expect(answers == [.accepted(slurmID: "1"), .accepted(slurmID: "1")])
            #expect(
                await site.find(keys: [key], since: Timestamp(seconds: 0), isThorough: true) == [.found(slurmID: "1")]
            )
            let attributes = try FileManager.default.attributesOfItem(atPath: "\(root)/\(key)")
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o700)
            #expect(try String(contentsOfFile: "\(root)/\(key)/jobid", encoding: .utf8) == "1\n")
            let node = NodeRecord(try Data(contentsOf: URL(fileURLWithPath: "\(root)/\(key)/.farfield-node")))
            #expect(node.cpuModel == nil)
            #expect(node.system?.contains("no program ran") == true)
        }
    }
}
