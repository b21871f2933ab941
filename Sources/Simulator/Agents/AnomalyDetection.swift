internal import Documents
internal import LanguageModels
internal import RadioSky

/// The third agent: what in the image a person should look at.
///
/// The formulas find the candidates; the agent may say what they are, how much they matter and why, and puts them in
/// order. It can add none and move none.
struct AnomalyDetection: Sendable {
    static let question = "anomaly_detection"
    /// The most candidates a model is asked about, so that its answer is short enough.
    static let most = 8

    let imaging: Imaging
    /// What the formulas found.
    let candidates: [Anomaly]
    /// What was decided before.
    let before: [AgentDecisions]

    /// What the formulas say: every candidate, the ones that matter most first, and a summary.
    var rules: [AgentDecisions.Decision] {
        let findings = candidates.indices.sorted { isBefore($0, $1) }.map { index in
            Finding(
                candidate: index + 1,
                kind: candidates[index].kind,
                severity: candidates[index].severity,
                description: candidates[index].description
            )
        }
        return [
            .rule("findings", .array(findings.map(\.json)), "The formulas' own thresholds."),
            .rule("summary", .string(QAReport.plainSummary(imaging, candidates)), "Counted."),
        ]
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        let (first, second) = (candidates[left], candidates[right])
        if first.severity != second.severity { return first.severity.rank > second.severity.rank }
        if first.signalToNoise != second.signalToNoise { return first.signalToNoise > second.signalToNoise }
        return left < right
    }

    func decide(asking adviser: Adviser) async -> AgentDecisions {
        let rules = rules
        let question = candidates.isEmpty ? nil : structuredQuestion(rules)
        return await adviser.decide(question, rules: rules) { read($0, rules) }
    }

    private func structuredQuestion(_ rules: [AgentDecisions.Decision]) -> StructuredQuestion {
        let asked = Self.findings(rules).prefix(Self.most)
        return StructuredQuestion(
            name: Self.question,
            version: 1,
            instructions: """
                You are AnomalyDetection, the quality agent of a simulated radio interferometer. Each candidate was found \
                by formulas in the image. Say for each what kind it is, how severe it is and why, the most important \
                first, by its candidate number. You can add no candidate. You may raise a severity, not lower it. Then \
                sum up for a researcher in one or two sentences. Give your analysis first.
                """,
            facts: [
                "image": imaging.facts, "calibration": imaging.calibration.facts,
                "decisionsBefore": .array(before.flatMap(\.decisions).map(\.fact)),
                "candidates": .array(asked.map { fact($0) }),
            ],
            schema: AnswerSchema.object([
                AnswerSchema.analysis: AnswerSchema.text(400), "summary": AnswerSchema.text(300),
                "findings": [
                    "type": "array", "maxItems": .integer(asked.count),
                    "items": AnswerSchema.object([
                        "candidate": AnswerSchema.whole(1...max(1, candidates.count)),
                        "kind": AnswerSchema.word(Anomaly.Kind.self),
                        "severity": AnswerSchema.word(Anomaly.Severity.self),
                        "description": AnswerSchema.text(160),
                    ]),
                ],
            ])
        )
    }

    private func fact(_ finding: Finding) -> JSONValue {
        let anomaly = candidates[finding.candidate - 1]
        return [
            "candidate": .integer(finding.candidate), "kind": .string(anomaly.kind.rawValue),
            "severity": .string(anomaly.severity.rawValue), "position": .string(anomaly.position.sexagesimal),
            "peak": .quantity(anomaly.peakMillijanskys, "mJy/beam"), "signalToNoise": .figure(anomaly.signalToNoise),
            "description": .string(anomaly.description),
        ]
    }

    /// The hard rules: only candidates of the formulas, each once, none made less severe.
    private func read(_ answer: JSONValue, _ rules: [AgentDecisions.Decision]) -> Adviser.Reading {
        var reading = Adviser.Reading()
        var findings: [Finding] = []
        for (index, item) in (answer["findings"]?.arrayValue ?? []).enumerated() {
            guard let finding = Finding(item), candidates.indices.contains(finding.candidate - 1) else {
                reading.refused.append("findings/\(index): it is none of the candidates")
                continue
            }
            guard !findings.contains(where: { $0.candidate == finding.candidate }) else {
                reading.refused.append("findings/\(index): candidate \(finding.candidate) is there twice")
                continue
            }
            let least = candidates[finding.candidate - 1].severity
            if finding.severity.rank < least.rank {
                reading.refused.append("findings/\(index): its severity stays \(least.rawValue)")
            }
            findings.append(finding.raised(to: least))
        }
        // What the model passed over stays what the formulas say, behind the rest.
        let rest = Self.findings(rules).filter { rule in !findings.contains { $0.candidate == rule.candidate } }
        if !findings.isEmpty { reading.values["findings"] = .array((findings + rest).map(\.json)) }
        if let summary = answer["summary"]?.stringValue, !summary.isEmpty {
            reading.values["summary"] = .string(summary)
        }
        return reading
    }

    /// The findings that stand in decisions.
    static func findings(_ decisions: [AgentDecisions.Decision]) -> [Finding] {
        decisions.first { $0.name == "findings" }?.value.arrayValue?.compactMap(Finding.init) ?? []
    }

    /// What is said of one candidate.
    struct Finding: Sendable, Hashable {
        /// Counts the formulas' candidates from 1.
        let candidate: Int
        let kind: Anomaly.Kind
        let severity: Anomaly.Severity
        let description: String

        var json: JSONValue {
            [
                "candidate": .integer(candidate), "kind": .string(kind.rawValue),
                "severity": .string(severity.rawValue), "description": .string(description),
            ]
        }

        func raised(to least: Anomaly.Severity) -> Finding {
            let severity = severity.rank < least.rank ? least : severity
            return Finding(candidate: candidate, kind: kind, severity: severity, description: description)
        }
    }
}

extension AnomalyDetection.Finding {
    init?(_ json: JSONValue) {
        guard let candidate = json["candidate"]?.integerValue,
            let kind = json["kind"]?.stringValue.flatMap(Anomaly.Kind.init(rawValue:)),
            let severity = json["severity"]?.stringValue.flatMap(Anomaly.Severity.init(rawValue:)),
            let description = json["description"]?.stringValue
        else { return nil }
        self.init(candidate: candidate, kind: kind, severity: severity, description: description)
    }
}

extension Anomaly.Severity {
    /// 0 to 2.
    var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
