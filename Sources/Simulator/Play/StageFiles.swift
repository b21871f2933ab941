internal import Documents
internal import RadioSky

/// The files a stage leaves in the job's folder, made of what was decided and nothing else.
enum StageFiles {
    /// A file.
    struct File: Sendable {
        let name: String
        let bytes: [UInt8]
    }

    /// What the pipeline decided so far.
    static func decisions(_ stages: [SimulatedStage], of parameters: PipelineParameters) -> File {
        let list = stages.map { stage -> JSONValue in
            [
                "stage": .string(stage.agent.stage), "agent": .string(stage.agent.rawValue),
                "decided": stage.decisions.json,
            ]
        }
        return json("decisions.json", ["stages": .array(list), "observation": parameters.observation.facts])
    }

    /// What a stage produced, for events and the API.
    static func output(_ agent: PipelineAgent, _ work: PipelineWork) -> JSONValue {
        switch agent {
        case .alphaCal: return ["calibration": work.calibration.facts, "files": ["calibration.json"]]
        case .imageReconstruction:
            return [
                "image": work.imaging.facts,
                "files": ["image.fits", "preview.png", "catalogue.vot", "catalogue.ecsv"],
            ]
        case .anomalyDetection:
            let report = AnomalyReport(work)
            return [
                "summary": .string(report.summary), "anomalyCount": .integer(report.anomalies.count),
                "anomalies": .array(report.anomalies), "files": ["anomalies.json", "qa-report.json"],
            ]
        }
    }

    /// The files of a stage that ends well.
    static func made(by agent: PipelineAgent, _ work: PipelineWork) -> [File] {
        switch agent {
        case .alphaCal:
            return [json("calibration.json", output(agent, work).objectValue ?? [:])]
        case .imageReconstruction:
            return image(work.imaging)
        case .anomalyDetection:
            return [json("anomalies.json", output(agent, work).objectValue ?? [:])]
        }
    }

    private static func image(_ imaging: Imaging) -> [File] {
        []
    }

    static func json(_ name: String, _ members: [String: JSONValue]) -> File {
        let all = members.merging(["simulated": true, "notice": .string(Story.notice)]) { $1 }
        return File(name: name, bytes: JSONValue.object(all).jsonBytes(pretty: true) + Array("\n".utf8))
    }
}

/// The anomalies of the formulas as the agent describes them.
struct AnomalyReport: Sendable {
    /// The ones that matter most first.
    let anomalies: [JSONValue]
    /// In one or two sentences.
    let summary: String

    init(_ work: PipelineWork) {
        let candidates = AnomalySearch.anomalies(in: work.image)
        let decided = work.decided[.anomalyDetection]
        anomalies = AnomalyDetection.findings(decided?.decisions ?? []).compactMap { finding in
            guard candidates.indices.contains(finding.candidate - 1) else { return nil }
            return Self.json(finding, candidates[finding.candidate - 1], work.imaging)
        }
        summary = decided?.decisions.text("summary") ?? ""
    }

    private static func json(
        _ finding: AnomalyDetection.Finding,
        _ anomaly: Anomaly,
        _ imaging: Imaging
    ) -> JSONValue {
        [
            "candidate": .integer(finding.candidate), "type": .string(finding.kind.rawValue),
            "severity": .string(finding.severity.rawValue), "description": .string(finding.description),
            "rightAscension": .quantity(anomaly.position.rightAscension.rounded(to: 7), "deg"),
            "declination": .quantity(anomaly.position.declination.rounded(to: 7), "deg"),
            "frame": "ICRS", "position": .string(anomaly.position.sexagesimal),
            "pixel": ["x": .figure(anomaly.column), "y": .figure(anomaly.row)],
            "peak": .quantity(anomaly.peakMillijanskys, "mJy/beam"), "signalToNoise": .figure(anomaly.signalToNoise),
            "noise": .quantity(imaging.rmsMillijanskys, "mJy/beam"),
            "formula": [
                "type": .string(anomaly.kind.rawValue), "severity": .string(anomaly.severity.rawValue),
                "description": .string(anomaly.description),
            ],
        ]
    }
}

extension Double {
    func rounded(to places: Int) -> Double {
        let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
        return (self * scale).rounded() / scale
    }
}
