internal import Documents

/// What a simulated job tells on its standard output and standard error: a function of what is recorded, so that it grows
/// and never changes.
struct Story: Sendable {
    let job: SimulatedJob
    let stages: [SimulatedStage]

    /// The notice that stands in every file.
    static let notice = "Simulated by Farfield from formulas and a seed. Nothing here was observed."

    /// Standard output up to a simulated time.
    ///
    /// - Parameters:
    ///   - elapsed: milliseconds since the job began.
    ///   - end: how it ended, once it has.
    /// - Returns: lines.
    func output(upTo elapsed: Int64, end: (at: Int64, word: String)? = nil) -> String {
        var lines = [
            Self.line(0, "SIMULATION. \(Self.notice)"),
            Self.line(0, "Times are simulated: hours:minutes:seconds since the job began."),
            Self.line(0, "dataset \(Self.plain(job.request.parameters["dataset"] ?? "")), \(job.request.gpus) GPU"),
        ]
        for stage in stages where stage.beginsAt <= elapsed { lines += Self.lines(stage, upTo: elapsed) }
        if let end { lines.append(Self.line(end.at, "The job ended: \(end.word)")) }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Standard error of a job that ended badly.
    static func errors(_ ruin: StageRuin) -> String {
        ruin.lines.map { line(ruin.at, $0) }.joined(separator: "\n") + "\n"
    }

    private static func lines(_ stage: SimulatedStage, upTo elapsed: Int64) -> [String] {
        let name = stage.agent.stage
        let minutes = (Double(stage.lasts) / 6000).rounded() / 10
        var lines = [line(stage.beginsAt, "\(name) begins; expected to take \(minutes) min")]
        if stage.agent != .anomalyDetection { lines += decisions(stage, at: stage.beginsAt) }
        if let failure = stage.decisions.failure {
            lines.append(line(stage.beginsAt, "\(name) no model answered (\(failure)): rules in code decided"))
        }
        for moment in stage.moments where moment.at <= elapsed {
            lines.append(line(moment.at, "\(name) \(moment.name)"))
            // What was found is told when it was looked at.
            if moment.name == "CLASSIFICATION" { lines += decisions(stage, at: moment.at) }
        }
        if stage.completedAt != nil { lines.append(line(stage.endsAt, "\(name) ended well")) }
        return lines
    }

    private static func decisions(_ stage: SimulatedStage, at moment: Int64) -> [String] {
        stage.decisions.decisions.filter { $0.name != "findings" }.map { decision in
            let value = plain(decision.value.stringValue ?? decision.value.jsonText)
            return line(moment, "\(stage.agent.stage) \(decision.name) = \(value) (\(decision.source.rawValue))")
        }
    }

    private static func line(_ milliseconds: Int64, _ text: String) -> String {
        "[\(clock(milliseconds))] \(text)"
    }

    /// `00:14:03`.
    static func clock(_ milliseconds: Int64) -> String {
        let seconds = milliseconds / 1000
        return [seconds / 3600, seconds / 60 % 60, seconds % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
            .joined(separator: ":")
    }

    /// One line of what a person or a model wrote.
    private static func plain(_ text: String) -> String {
        let scalars = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
        return String(String.UnicodeScalarView(scalars).prefix(300))
    }
}
