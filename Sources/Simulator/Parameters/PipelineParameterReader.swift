internal import Documents
internal import Foundation
internal import RadioSky

/// Reads the parameters of a manifest, and tells every fault in one pass.
struct PipelineParameterReader {
    private let given: [String: String]
    private(set) var faults: [Fault] = []

    /// Reads.
    ///
    /// - Parameters:
    ///   - given: the manifest's parameters.
    ///   - gpus: graphics processors, 1–8.
    /// - Returns: the parameters, nil where something is wrong; and what is.
    static func read(_ given: [String: String], gpus: Int) -> (parameters: PipelineParameters?, faults: [Fault]) {
        var reader = PipelineParameterReader(given: given)
        let parameters = reader.parameters(gpus: gpus)
        return (reader.faults.isEmpty ? parameters : nil, reader.faults)
    }

    private init(given: [String: String]) { self.given = given }

    private mutating func parameters(gpus: Int) -> PipelineParameters? {
        unknownNames()
        let observation = observation()
        let agent = agent("agent") ?? .anomalyDetection
        let choices = PipelineParameters.Choices(
            strategy: word("rfi_strategy", RFIStrategy.self),
            polynomialOrder: whole("polynomial_order", Calibration.orders),
            algorithm: word("algorithm", ImagingAlgorithm.self),
            iterations: whole("iterations", ImagingChoice.iterationRange),
            beamShape: word("beam_shape", BeamShape.self)
        )
        let fault = given["fault"] == "none" ? nil : word("fault", RequestedFault.self, besides: ["none"])
        let faultAgent = self.agent("fault_stage") ?? fault?.usualAgent ?? agent
        if fault == .rfiTooStrong, faultAgent != .alphaCal {
            add("fault_stage", "interference is too strong in ALPHACAL or nowhere", expected: "ALPHACAL")
        }
        if fault != nil, !agent.pipeline.contains(faultAgent) {
            add(
                "fault_stage",
                "\(faultAgent.stage) is not played with the agent \(agent.rawValue)",
                expected: agent.pipeline.map(\.stage).joined(separator: " or ")
            )
        }
        guard let observation else { return nil }
        return PipelineParameters(
            observation: observation,
            agent: agent,
            gpus: gpus,
            choices: choices,
            fault: fault,
            faultAgent: faultAgent
        )
    }

    private mutating func unknownNames() {
        let collector = FaultCollector()
        let words = JSONValue.object(given.mapValues { .string($0) })
        _ = Field(words, path: "/parameters", collector: collector).object(known: PipelineParameters.names)
        faults += collector.faults
    }

    private mutating func observation() -> RadioObservation? {
        let values = Values(
            dataset: dataset(),
            seed: seed(),
            centre: centre(),
            frequencyGHz: real("frequency_ghz", 1...50, "GHz"),
            bandwidthMHz: real("bandwidth_mhz", 1...8192, "MHz"),
            integrationSeconds: real("integration_s", 1...1_000_000, "seconds"),
            configuration: word("configuration", ArrayConfiguration.self),
            imageSize: whole("image_size", 64...2048),
            datasetGigabytes: real("dataset_size_gb", 0.001...1_000_000, "GB"),
            rfiFraction: real("rfi_fraction", 0...1, "a part of the data")
        )
        guard let dataset = values.dataset else { return nil }
        do {
            return try RadioObservation(
                dataset: dataset,
                seed: values.seed,
                centre: values.centre,
                frequencyGHz: values.frequencyGHz,
                bandwidthMHz: values.bandwidthMHz,
                integrationSeconds: values.integrationSeconds,
                configuration: values.configuration,
                imageSize: values.imageSize,
                datasetGigabytes: values.datasetGigabytes,
                rfiFraction: values.rfiFraction
            )
        } catch {
            if faults.isEmpty { add("dataset", "\(error)", expected: error.rule) }
            return nil
        }
    }

    /// What an observation is made of, as it was read.
    private struct Values {
        let dataset: String?
        let seed: UInt64
        let centre: SkyPosition?
        let frequencyGHz: Double?
        let bandwidthMHz: Double?
        let integrationSeconds: Double?
        let configuration: ArrayConfiguration?
        let imageSize: Int?
        let datasetGigabytes: Double?
        let rfiFraction: Double?
    }

    // MARK: - Values

    private mutating func dataset() -> String? {
        let expected = "the dataset's name, 1 to 200 printable characters, such as VLASS2.1.J153200+421500"
        guard let name = given["dataset"] else {
            add("dataset", "'dataset' is missing", expected: expected)
            return nil
        }
        let isPlain = name.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
        guard isPlain, (1...200).contains(name.count), !name.allSatisfy(\.isWhitespace) else {
            add("dataset", "it is no name", expected: expected)
            return nil
        }
        return name
    }

    /// The same seed for everybody who gives none: the same job then has the same result.
    private mutating func seed() -> UInt64 {
        guard let text = given["seed"] else { return 1 }
        if let seed = UInt64(text) { return seed }
        add("seed", "'\(text.prefix(40))' is no seed", expected: "a whole number from 0 to \(UInt64.max)")
        return 1
    }

    private mutating func centre() -> SkyPosition? {
        let rightAscension = real("ra", 0...360, "degrees, ICRS")
        let declination = real("dec", -90...90, "degrees, ICRS")
        guard (given["ra"] == nil) == (given["dec"] == nil) else {
            let missing = given["ra"] == nil ? "ra" : "dec"
            add(missing, "'\(missing)' is missing", expected: "both ra and dec, or neither")
            return nil
        }
        guard let rightAscension, let declination else { return nil }
        return SkyPosition(rightAscension: rightAscension, declination: declination)
    }

    private mutating func agent(_ name: String) -> PipelineAgent? {
        guard let text = given[name] else { return nil }
        if let agent = PipelineAgent(named: text) { return agent }
        let words = PipelineAgent.allCases.map { name == "agent" ? $0.rawValue : $0.stage }
        add(name, "'\(text.prefix(40))' is none", expected: words.joined(separator: ", "))
        return nil
    }

    private mutating func word<Value>(_ name: String, _: Value.Type, besides more: [String] = []) -> Value?
    where Value: CaseIterable & RawRepresentable<String> {
        guard let text = given[name] else { return nil }
        if let value = Value(rawValue: text) { return value }
        let words = more + Value.allCases.map(\.rawValue)
        add(name, "'\(text.prefix(40))' is not known", expected: words.joined(separator: ", "))
        return nil
    }

    private mutating func whole(_ name: String, _ range: ClosedRange<Int>) -> Int? {
        guard let text = given[name] else { return nil }
        if let value = Int(text), range.contains(value) { return value }
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        add(name, "'\(text.prefix(40))' is out of range, or no whole number", expected: expected)
        return nil
    }

    private mutating func real(_ name: String, _ range: ClosedRange<Double>, _ unit: String) -> Double? {
        guard let text = given[name] else { return nil }
        if let value = Double(text), range.contains(value) { return value }
        let expected = "a number from \(range.lowerBound) to \(range.upperBound) (\(unit))"
        add(name, "'\(text.prefix(40))' is out of range, or no number", expected: expected)
        return nil
    }

    private mutating func add(_ name: String, _ message: String, expected: String) {
        faults.append(
            Fault(path: "/parameters/\(JSONPointer.escape(name))", message: message, expected: expected)
        )
    }
}
