internal import Documents
internal import RadioSky

/// What a stage that ends well leaves: its output for events and the API, and its files in the job's folder.
///
/// It is made of what was decided and nothing else.
struct StageProduct: Sendable {
    /// A file.
    struct File: Sendable {
        let name: String
        let bytes: [UInt8]
    }

    /// Typed, with units.
    let output: JSONValue
    let files: [File]

    /// Makes it; takes a while.
    init(_ agent: PipelineAgent, _ work: PipelineWork) {
        switch agent {
        case .alphaCal: self.init(["calibration": work.calibration.facts], ["calibration.json"]) { _ in [] }
        case .imageReconstruction:
            let image = work.image
            let names = ["image.fits", "preview.png", "catalogue.vot", "catalogue.ecsv"]
            self.init(["image": image.imaging.facts], names) { _ in Self.files(image) }
        case .anomalyDetection:
            let report = AnomalyReport(work)
            self.init(report.output, ["anomalies.json", "anomalies.vot", "qa-report.json"]) { _ in report.files }
        }
    }

    /// - Parameters:
    ///   - members: the output.
    ///   - names: of all files; the first that ends in `.json` holds the output.
    ///   - more: makes the other files.
    private init(_ members: [String: JSONValue], _ names: [String], _ more: (JSONValue) -> [File]) {
        let output = members.merging(["files": .array(names.map { .string($0) })]) { $1 }
        self.output = .object(output)
        let report = names.first { $0.hasSuffix(".json") }.map { Self.json($0, output) }
        files = [report].compactMap { $0 } + more(.object(output))
    }

    private static func files(_ image: SkyImage) -> [File] {
        let catalogue = image.imaging.catalogue
        return [
            File(name: "image.fits", bytes: image.fits(history: [Story.notice])),
            File(name: "preview.png", bytes: image.preview()),
            File(name: "catalogue.vot", bytes: catalogue.voTable()),
            File(name: "catalogue.ecsv", bytes: catalogue.ecsv()),
        ]
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

    private static func json(_ name: String, _ members: [String: JSONValue]) -> File {
        let all = members.merging(["simulated": true, "notice": .string(Story.notice)]) { $1 }
        return File(name: name, bytes: JSONValue.object(all).jsonBytes(pretty: true) + Array("\n".utf8))
    }
}
