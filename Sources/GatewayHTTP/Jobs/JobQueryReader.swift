internal import Documents
internal import Gateway
internal import Hummingbird

/// Reads the filters of a list of jobs.
enum JobQueryReader {
    static func read(_ request: Request) throws -> JobQuery {
        var query = try RequestQuery(
            request,
            known: ["state", "site", "name", "owner", "label", "limit", "cursor"],
            lists: ["state", "label"]
        )
        var states: Set<JobState> = []
        for word in query.all("state").flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
            if let state = JobState(rawValue: String(word)) {
                states.insert(state)
            } else {
                let known = JobState.allCases.map(\.rawValue).joined(separator: ", ")
                query.fault("state", "'\(word.prefix(40))' is not a state", "one of \(known)")
            }
        }
        var labels: [String: String] = [:]
        for label in query.all("label") {
            // By bytes: '=' and a following mark can be one character to a reader, and are two here.
            let parts = label.utf8.split(separator: 0x3D, maxSplits: 1, omittingEmptySubsequences: false)
                .map { String(decoding: $0, as: UTF8.self) }
            if parts.count == 2, !parts[0].isEmpty {
                labels[parts[0]] = parts[1]
            } else {
                query.fault("label", "'\(label.prefix(40))' is not a label", "name=value")
            }
        }
        let limit = query.integer("limit", in: 1...200) ?? 50
        try query.check()
        return JobQuery(
            states: states,
            owner: query.text("owner"),
            site: query.text("site"),
            name: query.text("name"),
            labels: labels,
            limit: limit,
            cursor: query.text("cursor")
        )
    }
}
