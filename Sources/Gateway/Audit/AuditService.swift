internal import Storage

/// The audit trail as admins read it.
package struct AuditService: Sendable {
    private static let page = 500

    let database: any Database

    /// Lines that fit a query, the newest first.
    ///
    /// - Parameter query: which.
    /// - Returns: the lines, and where the next page begins; nil on the last one.
    /// - Throws: storage errors.
    package func find(_ query: AuditQuery) async throws -> (lines: [StoredAuditLine], next: Int64?) {
        var wider = query
        wider.limit = query.limit + 1
        let found = try await database.read { [wider] in try AuditStore.find(wider, on: $0) }
        let lines = Array(found.prefix(query.limit))
        return (lines, found.count > query.limit ? lines.last?.sequence : nil)
    }

    /// Where the trail ends.
    package func head() async throws -> AuditChain.Head {
        try await database.read { try AuditStore.head(on: $0) }
    }

    /// The whole trail, the oldest line first, as far as it reached when it was asked for.
    ///
    /// - Returns: the lines, read page by page.
    package func export() -> AsyncThrowingStream<StoredAuditLine, any Error> {
        let reader = PagedTrail(database: database, page: Self.page)
        return AsyncThrowingStream { try await reader.next() }
    }

    /// Reads the whole trail and computes every digest.
    ///
    /// - Parameter heads: where it once ended.
    /// - Returns: the chain, read to its end.
    /// - Throws: storage errors.
    package func verify(expecting heads: [AuditChain.Head] = []) async throws -> AuditChain {
        var chain = AuditChain(expecting: heads)
        for try await line in export() {
            chain.take(line.value, digest: line.digest)
            if let discord = line.discord { chain.note(line.sequence, discord) }
        }
        _ = chain.finish()
        return chain
    }
}

/// Reads the trail page by page up to where it ended at first.
private actor PagedTrail {
    private let database: any Database
    private let page: Int
    private var end: Int64?
    private var after: Int64 = 0
    private var waiting: ArraySlice<StoredAuditLine> = []

    init(database: any Database, page: Int) { (self.database, self.page) = (database, page) }

    func next() async throws -> StoredAuditLine? {
        if waiting.isEmpty { try await turn() }
        return waiting.popFirst()
    }

    private func turn() async throws {
        if end == nil { end = try await database.read { try AuditStore.head(on: $0) }.sequence }
        guard let end, after < end else { return }
        let lines = try await database.read { [after, page] in
            try AuditStore.lines(after: after, limit: page, on: $0)
        }
        waiting = lines.prefix { $0.sequence <= end }[...]
        after = lines.last?.sequence ?? end
    }
}
