internal import Documents
internal import RadioSky

/// The anomalies that the formulas found, as the agent describes and orders them.
struct AnomalyReport: Sendable {
    /// An anomaly in the agent's words, and in the formulas'.
    struct Entry: Sendable {
        let candidate: Int
        let told: Anomaly
        let found: Anomaly
    }

    let image: SkyImage
    /// The ones that matter most first.
    let entries: [Entry]
    /// In one or two sentences, and who wrote them.
    let summary: QAReport.Summary
    private let decisions: [QAReport.Decision]

    init(_ work: PipelineWork) {
        let image = work.image
        let candidates = AnomalySearch.anomalies(in: image)
        let decided = work.decided[.anomalyDetection]?.decisions ?? []
        self.image = image
        entries = AnomalyDetection.findings(decided).compactMap { finding in
            guard candidates.indices.contains(finding.candidate - 1) else { return nil }
            let found = candidates[finding.candidate - 1]
            let told = found.described(as: finding.kind, finding.severity, finding.description)
            return Entry(candidate: finding.candidate, told: told, found: found)
        }
        let words = decided.first { $0.name == "summary" }
        summary = QAReport.Summary(
            text: words?.value.stringValue ?? QAReport.plainSummary(image.imaging, candidates),
            source: words?.source.rawValue ?? "heuristic"
        )
        decisions = PipelineAgent.allCases.flatMap { agent in
            (work.decided[agent]?.decisions ?? []).map { decision in
                QAReport.Decision(
                    agent: agent.timing,
                    name: decision.name,
                    value: decision.value,
                    source: decision.source.rawValue,
                    reason: decision.reason
                )
            }
        }
    }

    private var imaging: Imaging { image.imaging }

    /// For events and the API.
    var output: [String: JSONValue] {
        [
            "summary": .string(summary.text), "summarySource": .string(summary.source),
            "anomalyCount": .integer(entries.count), "anomalies": .array(entries.map(json)),
            "noise": .quantity(imaging.rmsMillijanskys, "mJy/beam"),
        ]
    }

    /// The table of anomalies, and the report on all stages.
    var files: [StageProduct.File] {
        let told = entries.map(\.told)
        let report = QAReport(imaging: imaging, anomalies: told, decisions: decisions, summary: summary)
        return [
            StageProduct.File(name: "anomalies.vot", bytes: image.table(of: told).voTable()),
            StageProduct.File(
                name: "qa-report.json",
                bytes: report.json().jsonBytes(pretty: true) + Array("\n".utf8)
            ),
        ]
    }

    private func json(_ entry: Entry) -> JSONValue {
        let (told, found) = (entry.told, entry.found)
        return [
            "candidate": .integer(entry.candidate), "type": .string(told.kind.rawValue),
            "severity": .string(told.severity.rawValue), "description": .string(told.description),
            "frame": "ICRS",
            "rightAscension": ["value": .number("\(found.position.rightAscension)"), "unit": "deg"],
            "declination": ["value": .number("\(found.position.declination)"), "unit": "deg"],
            "position": .string(found.position.sexagesimal),
            "pixel": ["x": .figure(found.column), "y": .figure(found.row)],
            "peak": .quantity(found.peakMillijanskys, "mJy/beam"), "signalToNoise": .figure(found.signalToNoise),
            "byFormula": [
                "type": .string(found.kind.rawValue), "severity": .string(found.severity.rawValue),
                "description": .string(found.description),
            ],
        ]
    }
}
