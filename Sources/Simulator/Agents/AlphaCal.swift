internal import Documents
internal import LanguageModels
internal import RadioSky

/// The first agent: how interference is looked for, and with which polynomial the bandpass is fitted.
struct AlphaCal: Sendable {
    static let question = "alphacal"

    let parameters: PipelineParameters

    private var observation: RadioObservation { parameters.observation }

    /// What rules and the researcher decide.
    var rules: [AgentDecisions.Decision] {
        let strategy = Heuristics.strategy(for: observation)
        let chosen = parameters.choices.strategy ?? strategy.choice
        let order = Heuristics.polynomialOrder(for: observation, strategy: chosen)
        return [
            .fixed("rfiStrategy", parameters.choices.strategy.map { .string($0.rawValue) })
                ?? .rule("rfiStrategy", .string(strategy.choice.rawValue), strategy.reason),
            .fixed("polynomialOrder", parameters.choices.polynomialOrder.map { .integer($0) })
                ?? .rule("polynomialOrder", .integer(order.choice), order.reason),
        ]
    }

    func decide(asking adviser: Adviser) async -> AgentDecisions {
        let rules = rules
        return await adviser.decide(structuredQuestion(rules), rules: rules) { read($0, rules) }
    }

    private func structuredQuestion(_ rules: [AgentDecisions.Decision]) -> StructuredQuestion {
        StructuredQuestion(
            name: Self.question,
            version: 1,
            instructions: """
                You are AlphaCal, the calibration agent of a simulated radio interferometer. Choose how hard \
                radio-frequency interference is looked for (rfiStrategy) and the order of the polynomial that the \
                bandpass is fitted with (polynomialOrder, 3 to 7). A more thorough strategy leaves less interference and \
                costs good data and time; a higher order follows the bandpass better and fits more noise. What stands \
                under "decided" with source researcher stays as it is: comment on it. Give your analysis first.
                """,
            facts: [
                "observation": observation.facts, "decided": .array(rules.map(\.fact)),
                "strategies": .array(RFIStrategy.allCases.map(strategyFacts)),
            ],
            schema: AnswerSchema.object([
                AnswerSchema.analysis: AnswerSchema.text(400), "rfiStrategy": AnswerSchema.word(RFIStrategy.self),
                "polynomialOrder": AnswerSchema.whole(Calibration.orders),
            ])
        )
    }

    private func strategyFacts(_ strategy: RFIStrategy) -> JSONValue {
        [
            "name": .string(strategy.rawValue), "timeOverheadPercent": .figure(strategy.overhead * 100),
        ]
    }

    /// The hard rules: nothing outside the ranges, and nothing that would ruin a job which the rules would save.
    private func read(_ answer: JSONValue, _ rules: [AgentDecisions.Decision]) -> Adviser.Reading {
        var reading = Adviser.Reading()
        let strategy = answer["rfiStrategy"]?.stringValue.flatMap(RFIStrategy.init(rawValue:))
        let order = answer["polynomialOrder"]?.integerValue.flatMap { Calibration.orders.contains($0) ? $0 : nil }
        if let strategy {
            reading.values["rfiStrategy"] = .string(strategy.rawValue)
        } else {
            reading.refused.append("rfiStrategy: it is none of the strategies")
        }
        if let order {
            reading.values["polynomialOrder"] = .integer(order)
        } else {
            reading.refused.append("polynomialOrder: it is not from 3 to 7")
        }
        let byRule = Calibration(observation, rules)
        let byModel = Calibration(observation, rules.changed(to: reading.values))
        if byModel.verdict != .usable, byRule.verdict == .usable {
            reading.values = [:]
            reading.refused.append("rfiStrategy and polynomialOrder: \(byModel.verdict.rawValue)")
        }
        return reading
    }
}

extension AgentDecisions.Decision {
    /// What the researcher has decided; nil where they left it open.
    static func fixed(_ name: String, _ value: JSONValue?) -> Self? {
        value.map { Self(name: name, value: $0, source: .researcher, reason: "The researcher asked for it.") }
    }

    /// What a rule decides.
    static func rule(_ name: String, _ value: JSONValue, _ reason: String) -> Self {
        Self(name: name, value: value, source: .heuristic, reason: reason)
    }

    /// For a question: what a model may not change is told.
    var fact: JSONValue {
        ["name": .string(name), "value": value, "source": .string(source.rawValue), "reason": .string(reason)]
    }
}

extension [AgentDecisions.Decision] {
    /// As they are when a model's values take the place of the rules'.
    func changed(to values: [String: JSONValue]) -> Self {
        map { rule in
            guard rule.source == .heuristic, let value = values[rule.name] else { return rule }
            return .init(name: rule.name, value: value, source: .model, reason: "")
        }
    }

    func text(_ name: String) -> String? { first { $0.name == name }?.value.stringValue }
    func integer(_ name: String) -> Int? { first { $0.name == name }?.value.integerValue }
}

extension Calibration {
    /// The calibration that decisions lead to; what cannot be read is the usual.
    init(_ observation: RadioObservation, _ decisions: [AgentDecisions.Decision]) {
        self.init(
            observation,
            strategy: decisions.text("rfiStrategy").flatMap(RFIStrategy.init(rawValue:)) ?? .medium,
            polynomialOrder: decisions.integer("polynomialOrder") ?? Calibration.orders.lowerBound
        )
    }
}

extension RadioObservation {
    /// For questions and reports: user strings stand in it as data.
    var facts: JSONValue {
        [
            "dataset": .string(dataset), "seed": .string("\(seed)"),
            "rightAscension": .quantity(centre.rightAscension, "deg"),
            "declination": .quantity(centre.declination, "deg"), "position": .string(centre.sexagesimal),
            "band": .string(band.rawValue), "frequency": .quantity(frequencyGHz, "GHz"),
            "bandwidth": .quantity(bandwidthMHz, "MHz"), "integrationTime": .quantity(integrationSeconds, "s"),
            "antennas": .integer(antennas), "configuration": .string(configuration.rawValue),
            "imageSize": .quantity(Double(imageSize), "pixel"), "datasetSize": .quantity(datasetGigabytes, "GB"),
            "statedInterference": .figure(statedRFIFraction),
        ]
    }
}
