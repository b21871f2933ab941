internal import Gateway
internal import Storage

/// What the tables of analyses and replays say of all analyses together.
enum ReproducibilityStore {
    static func analyses(on connection: any StorageConnection) throws -> Int {
        Int(try connection.first("SELECT COUNT(*) AS number FROM analyses")?.integer("number") ?? 0)
    }

    /// Of every analysis that was run again, how often and with what end.
    static func counts(on connection: any StorageConnection) throws -> [ReproductionCount] {
        try connection.query(
            """
            SELECT a.record, a.title,
                SUM(CASE WHEN r.kind = 'replay' THEN 1 ELSE 0 END) AS replays,
                SUM(CASE WHEN r.kind = 'replay' AND r.verdict IN ('identical', 'equivalent', 'different') THEN 1 ELSE 0 END)
                    AS compared,
                SUM(CASE WHEN r.kind = 'replay' AND r.verdict IN ('identical', 'equivalent') THEN 1 ELSE 0 END)
                    AS reproduced,
                SUM(CASE WHEN r.kind = 'fork' THEN 1 ELSE 0 END) AS forks
            FROM replays r JOIN analyses a ON a.record = r.record
            GROUP BY a.record, a.title ORDER BY a.record
            """
        ).compactMap { row in
            guard let record = RecordID(try row.text("record")) else { return nil }
            var count = ReproductionCount(record: record, title: try row.text("title"))
            count.replays = Int(try row.integer("replays"))
            count.compared = Int(try row.integer("compared"))
            count.reproduced = Int(try row.integer("reproduced"))
            count.forks = Int(try row.integer("forks"))
            return count
        }
    }
}
