internal import Attestation
internal import Documents
internal import Foundation
internal import Logging
internal import Metrics
internal import Storage

/// Shows and frees what nobody needs: artifacts, bytes without a row, files of gateways that died, old uploads.
package struct GarbageCollector: Sendable {
    private static let page = 500

    let library: ArtifactLibrary
    let uploads: UploadFiles

    private var database: any Database { library.database }
    private var store: any ArtifactStore { library.store }

    private func rule() -> GarbageRule { GarbageRule(at: library.keeper.now(), grace: library.policy.grace) }

    /// What a collection would free now; nothing is changed.
    ///
    /// - Returns: by reason and allocation.
    /// - Throws: storage and file errors.
    package func plan() async throws -> GarbagePlan {
        let rule = rule()
        let now = library.keeper.now()
        var plan = try await database.read { try GarbageStore.plan(rule, on: $0) }
        try await eachOrphan(by: rule) { plan.add(.orphan, nil, bytes: $0.size) }
        for file in try await leftFiles(by: rule) { plan.add(.temporary, nil, bytes: file.size) }
        for bytes in try await store.unfinished(before: rule.abandonedSince) {
            plan.add(.temporary, nil, bytes: bytes.size)
        }
        for upload in try await database.read({ try UploadStore.expired(at: now, on: $0) }) {
            plan.add(.upload, upload.account, bytes: upload.received)
        }
        return plan
    }

    /// Frees what ``plan()`` shows.
    ///
    /// What came or was needed again meanwhile stays; what a killed collection left is taken up.
    ///
    /// - Parameter person: who asks; the gateway itself does so once a day.
    /// - Returns: what was freed.
    /// - Throws: storage and file errors; what was freed by then stays freed.
    package func collect(by person: Person = .gateway) async throws -> GarbagePlan {
        let rule = rule()
        var freed = GarbagePlan()
        try await collectArtifacts(by: rule, into: &freed)
        try await collectOrphans(by: rule, into: &freed)
        for file in try await leftFiles(by: rule) {
            try? FileManager.default.removeItem(atPath: file.path)
            freed.add(.temporary, nil, bytes: file.size)
        }
        for bytes in try await store.unfinished(before: rule.abandonedSince) {
            try await store.abandon(bytes)
            freed.add(.temporary, nil, bytes: bytes.size)
        }
        try await collectUploads(into: &freed)
        let (artifacts, bytes) = (freed.lines.reduce(0) { $0 + $1.count }, freed.lines.reduce(0) { $0 + $1.bytes })
        try await database.transaction { connection in
            try GarbageStore.forgetExpired(before: rule.unusedSince, on: connection)
            guard artifacts > 0 || person != .gateway else { return }
            let details: JSONValue = ["count": .integer(artifacts), "bytes": .integer(bytes)]
            let entry = AuditEntry("artifacts.collected", .init("store", "artifacts"), by: person, details: details)
            try AuditStore.append(entry, at: library.keeper.now(), on: connection)
        }
        for line in freed.lines {
            let labels = [("reason", line.reason.rawValue)]
            Counter(label: "artifacts_collected_total", dimensions: labels).increment(by: Int64(line.count))
            Counter(label: "artifacts_collected_bytes_total", dimensions: labels).increment(by: line.bytes)
        }
        library.logger.info(
            "collected what nobody needs",
            metadata: ["count": "\(freed.count)", "bytes": "\(freed.bytes)"]
        )
        return freed
    }

    private func collectArtifacts(by rule: GarbageRule, into freed: inout GarbagePlan) async throws {
        let deletion = ArtifactDeletion(database: database, store: store, keeper: library.keeper)
        var last = ""
        while true {
            let after = last
            let found = try await database.read {
                try GarbageStore.candidates(rule, after: after, limit: Self.page, on: $0)
            }
            guard let end = found.last else { return }
            for candidate in found {
                try Task.checkCancellation()
                if try await deletion.remove(candidate.digest, by: rule) {
                    freed.add(candidate.reason, candidate.account, bytes: candidate.size)
                }
            }
            last = end.digest.description
        }
    }

    private func collectOrphans(by rule: GarbageRule, into freed: inout GarbagePlan) async throws {
        let deletion = ArtifactDeletion(database: database, store: store, keeper: library.keeper)
        var orphans: [ShelvedArtifact] = []
        try await eachOrphan(by: rule) { orphans.append($0) }
        for orphan in orphans where try await deletion.remove(orphan) {
            freed.add(.orphan, nil, bytes: orphan.size)
        }
    }

    private func collectUploads(into freed: inout GarbagePlan) async throws {
        let now = library.keeper.now()
        for upload in try await database.read({ try UploadStore.expired(at: now, on: $0) }) {
            let isGone = try await database.transaction { try UploadStore.removeExpired(upload.id, at: now, on: $0) }
            guard isGone else { continue }
            uploads.remove(upload.id)
            freed.add(.upload, upload.account, bytes: upload.received)
        }
        let before = now + (.zero - library.policy.uploadsExpire)
        try await database.transaction { try UploadStore.forgetFinished(before: before, on: $0) }
    }

    /// Bytes without a row, and without a job that has them, that have been there for long: what is about to get its row is left alone.
    private func eachOrphan(by rule: GarbageRule, _ body: (ShelvedArtifact) -> Void) async throws {
        for prefix in store.shelves {
            let old = try await store.shelf(prefix).filter { $0.modifiedAt < rule.abandonedSince }
            for start in stride(from: 0, to: old.count, by: Self.page) {
                let part = Array(old[start..<min(old.count, start + Self.page)])
                let digests = part.map(\.digest)
                let known = try await database.read { try GarbageStore.known(digests, on: $0) }
                for artifact in part where !known.contains(artifact.digest) { body(artifact) }
            }
        }
    }

    /// Files of gateways that died while they wrote, and bytes of uploads without a row.
    private func leftFiles(by rule: GarbageRule) async throws -> [LeftFile] {
        let arrivals = library.arrivals
        let folder = uploads.folder
        let (old, files) = try await Task.blocking {
            (
                try LeftFile.list(arrivals, before: rule.abandonedSince),
                try LeftFile.list(folder, before: rule.abandonedSince)
            )
        }
        let names = files.map(\.name)
        let known = try await database.read { try UploadStore.known(names, on: $0) }
        return old + files.filter { !known.contains($0.name) }
    }
}

/// A file that may have been left behind.
private struct LeftFile: Sendable {
    let name: String
    let path: String
    let size: Int64

    /// Files of a folder that nobody has written to since a moment.
    static func list(_ folder: String, before moment: Timestamp) throws -> [LeftFile] {
        guard FileManager.default.fileExists(atPath: folder) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder).compactMap { name in
            let path = "\(folder)/\(name)"
            guard let attributes = try? FileManager.default.attributesOfItem(atPath: path),
                let date = attributes[.modificationDate] as? Date, let size = attributes[.size] as? NSNumber,
                Timestamp(microseconds: Int64(date.timeIntervalSince1970 * 1_000_000)) < moment
            else { return nil }
            return LeftFile(name: name, path: path, size: size.int64Value)
        }
    }
}
