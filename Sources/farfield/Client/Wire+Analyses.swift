/// Published analyses in the gateway's answers.
extension Wire {
    /// A published analysis.
    struct Analysis: Decodable {
        var id: String
        var work: String
        var job: String
        var publication: Publication
        var status: Status
        var versions: [Version]?
        var flags: [Flag]?

        /// What the researchers say of it.
        struct Publication: Decodable {
            var title: String
            var version: String
            var publishedAt: String
            var doi: String?
            var authors: [Author]
        }

        /// Who wrote it.
        struct Author: Decodable {
            var name: String
        }

        /// How it stands.
        struct Status: Decodable {
            var status: String
            var reason: Reason?
            var decidedBy: String?
            var decidedAt: String?
            var successor: String?
        }

        /// Why it stands so.
        struct Reason: Decodable {
            var code: String
            var text: String
        }

        /// One version of the work.
        struct Version: Decodable {
            var id: String
            var version: String
            var publishedAt: String
            var status: String
        }

        /// Something it rests on that is not what it was.
        struct Flag: Decodable {
            var kind: String
            var digest: String
            var cause: String
            var reason: String
            var at: String
            /// The analysis, where several are listed.
            var analysis: String?
        }
    }

    /// Something that happened to an analysis.
    struct AnalysisEvent: Decodable {
        var event: String
        var position: Int
        var at: String
        var by: String
        var reason: String?
    }
}
