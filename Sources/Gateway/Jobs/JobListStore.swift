internal import Documents
package import Storage

/// The list of jobs, newest first.
package enum JobListStore {
    /// One page.
    ///
    /// - Parameters:
    ///   - query: which jobs.
    ///   - connection: where to look.
    /// - Returns: the page, without array tasks.
    /// - Throws: ``GatewayError`` for a cursor that is none, and storage errors.
    package static func page(_ query: JobQuery, on connection: any StorageConnection) throws -> JobPage {
        var conditions: [String] = []
        var bindings: [SQLValue] = []
        func bind(_ value: SQLValue) -> String {
            bindings.append(value)
            return "$\(bindings.count)"
        }
        if let cursor = query.cursor {
            guard let id = JobID(cursor) else {
                throw GatewayError(
                    .invalidRequest,
                    "The cursor is not one of ours.",
                    faults: [
                        .init(path: "/query/cursor", message: "not a cursor", expected: "'next' of the page before")
                    ]
                )
            }
            conditions.append("id < \(bind(.text(id.text)))")
        }
        if !query.states.isEmpty {
            let states = query.states.map(\.rawValue).sorted().map { bind(.text($0)) }
            conditions.append("state IN (\(states.joined(separator: ", ")))")
        }
        if let owner = query.owner { conditions.append("owner = \(bind(.text(owner)))") }
        if let site = query.site { conditions.append("site = \(bind(.text(site)))") }
        if let name = query.name { conditions.append("name = \(bind(.text(name)))") }
        for (key, value) in query.labels.sorted(by: { $0.key < $1.key }) {
            conditions.append(
                "id IN (SELECT job_id FROM job_labels WHERE key = \(bind(.text(key))) AND value = \(bind(.text(value))))"
            )
        }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        let limit = bind(.integer(Int64(query.limit + 1)))
        let rows = try connection.query(
            "SELECT \(JobStore.columns) FROM jobs\(filter) ORDER BY id DESC LIMIT \(limit)",
            bindings
        )
        let jobs = try rows.prefix(query.limit).map(JobRow.job)
        return JobPage(items: jobs, next: rows.count > query.limit ? jobs.last?.id.text : nil)
    }
}
