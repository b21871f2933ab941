import Documents
import Testing

@testable import RadioSky

@Suite("Files that astropy reads")
struct AstropyTests {
    /// A field with many sources, one of long beams near the horizon, one without sources, one with much interference.
    static let fields: [@Sendable () throws -> RadioObservation] = [
        { try RadioObservation(dataset: "VLASS2.1.J153200+421500", seed: 1, configuration: .c, imageSize: 512) },
        {
            try RadioObservation(
                dataset: "low <field> & \"quotes\", 'too'",
                seed: .max,
                centre: SkyPosition(rightAscension: 359.99, declination: -38),
                configuration: .d,
                imageSize: 300,
                rfiFraction: 0.2
            )
        },
        {
            try RadioObservation(
                dataset: "empty",
                seed: 5,
                centre: SkyPosition(rightAscension: 100, declination: -12),
                frequencyGHz: 45,
                configuration: .a,
                imageSize: 320
            )
        },
        {
            try RadioObservation(
                dataset: "pole–Ω's field " + String(repeating: "'long' ", count: 30),
                seed: 4,
                centre: SkyPosition(rightAscension: 10, declination: 89.95),
                frequencyGHz: 1.5,
                configuration: .b,
                imageSize: 401,
                rfiFraction: 0.5
            )
        },
    ]

    @Test("Header, WCS, fluxes, noise, tables, report and picture agree", arguments: 0..<4)
    func files(_ number: Int) async throws {
        let observation = try Self.fields[number]()
        // The third strategy leaves stripes in the field with much interference.
        let strategy: RFIStrategy = number == 3 ? .low : .medium
        let calibration = Calibration(observation, strategy: strategy, polynomialOrder: 5)
        let shape: BeamShape = number == 0 ? .circular : .elliptical
        let choice = ImagingChoice(algorithm: .clean, iterations: 500, beamShape: shape)
        let image = Imaging(observation, calibration, choice).pixels()
        let told = try await Referee.verdict(image, numbers(calibration, observation))
        #expect(told == "ok")
    }

    /// What the referee calculates again.
    private func numbers(_ calibration: Calibration, _ observation: RadioObservation) -> JSONValue {
        var generator = SeededGenerator(seed: observation.seed, dataset: observation.dataset, purpose: "sky")
        let flags = ChannelFlags(observation, strategy: calibration.strategy, rfiFraction: calibration.rfiFraction)
        let fit = BandpassFit(order: calibration.polynomialOrder, kept: flags.kept)
        return [
            "seed": .string("\(observation.seed)"),
            "dataset": .string(observation.dataset),
            "draws": .array((0..<20).map { _ in .string("\(generator.next())") }),
            "kept": .array(flags.kept.map { .boolean($0) }),
            "order": .integer(calibration.polynomialOrder),
            "conditionNumber": .number("\(calibration.conditionNumber)"),
            "meanLeverage": .number("\(fit.meanLeverage)"),
            "countAbove1mJy": .number("\(SourceCounts.perSteradian(above: 1))"),
        ]
    }
}
