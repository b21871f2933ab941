import RadioSky
import Testing

@Suite("Observations and positions")
struct ObservationTests {
    @Test("A position in a dataset's name is the middle of its field")
    func namedPosition() throws {
        let centre = RadioObservation.seeded(dataset: "VLASS2.1.J153200+421500", seed: 1).centre
        #expect(abs(centre.rightAscension - 233) < 1e-12 && abs(centre.declination - 42.25) < 1e-12)
        #expect(centre.sexagesimal == "15h32m00.00s +42d15m00.0s")
        let south = try #require(SkyPosition.named(in: "cutout_J000001.5-003000.50_v2"))
        #expect(abs(south.declination + (0.5 + 0.5 / 3600)) < 1e-12)
    }

    @Test(
        "What is no position is none",
        arguments: [
            "", "J", "J153200", "J256000+421500", "J153260+421500", "J153200+901500", "J153200+42150", "jupiter",
        ]
    )
    func noPosition(_ name: String) { #expect(SkyPosition.named(in: name) == nil) }

    @Test("Without a position the field comes from the seed, north of −40°")
    func drawnPosition() {
        let fields = (0..<200).map { RadioObservation.seeded(dataset: "survey", seed: UInt64($0)).centre }
        #expect(fields.allSatisfy { $0.declination >= -40 && (0..<360).contains($0.rightAscension) })
        #expect(Set(fields).count == 200)
        #expect(
            RadioObservation.seeded(dataset: "survey", seed: 7) == RadioObservation.seeded(dataset: "survey", seed: 7)
        )
    }

    @Test(
        "Sexagesimal text never has 60 seconds",
        arguments: [
            (359.999_999_99, -0.000_001, "00h00m00.00s +00d00m00.0s"),
            (14.999_999, 89.999_99, "01h00m00.00s +90d00m00.0s"),
            (-15, -45.508_333_333, "23h00m00.00s -45d30m30.0s"),
        ]
    )
    func sexagesimal(_ rightAscension: Double, _ declination: Double, _ text: String) {
        #expect(SkyPosition(rightAscension: rightAscension, declination: declination).sexagesimal == text)
    }

    @Test("A value out of its range is refused by its name")
    func ranges() {
        #expect(throws: ObservationError(field: "frequencyGHz", rule: "from 1.0 to 50.0, not 0.5")) {
            try RadioObservation(dataset: "x", seed: 1, frequencyGHz: 0.5)
        }
        #expect(throws: ObservationError.self) { try RadioObservation(dataset: "x", seed: 1, frequencyGHz: .nan) }
        #expect(throws: ObservationError.self) { try RadioObservation(dataset: "x", seed: 1, imageSize: 4096) }
        #expect(throws: ObservationError.self) { try RadioObservation(dataset: "x", seed: 1, rfiFraction: 1.1) }
        #expect(throws: ObservationError.self) { try RadioObservation(dataset: "x", seed: 1, antennas: 4) }
        for angle in [Double.nan, .infinity] {
            for (right, up) in [(angle, 0), (0, angle)] {
                let nowhere = SkyPosition(rightAscension: right, declination: up)
                #expect(throws: ObservationError.self, "\(nowhere.sexagesimal)") {
                    try RadioObservation(dataset: "x", seed: 1, centre: nowhere)
                }
            }
        }
        #expect(throws: ObservationError.self) { try RadioObservation(dataset: "x", seed: 1, datasetGigabytes: 0) }
    }

    @Test("Pixels and directions are each other's inverse", arguments: [-89.9, -40, 0, 42.25, 89.999])
    func projection(_ declination: Double) throws {
        let centre = SkyPosition(rightAscension: 359.999, declination: declination)
        let observation = try RadioObservation(
            dataset: "x",
            seed: 1,
            centre: centre,
            frequencyGHz: 1,
            configuration: .d
        )
        let projection = Imaging(
            observation,
            Calibration(observation, strategy: .low, polynomialOrder: 3),
            ImagingChoice(algorithm: .clean, iterations: 100, beamShape: .circular)
        ).projection
        for (column, row) in [(1.0, 1.0), (512, 1), (257, 257), (33.25, 500.75)] {
            let pixel = projection.pixel(projection.position(column: column, row: row))
            #expect(abs(pixel.column - column) < 1e-6 && abs(pixel.row - row) < 1e-6)
        }
        let middle = projection.position(column: 257, row: 257)
        #expect(middle.separation(to: centre) < 1e-9)
    }

    @Test("Processing takes 70 minutes for 500 GB on one GPU, and falls with GPUs up to eight")
    func times() {
        let plain = ProcessingTime.total(datasetGigabytes: 500, gpus: 1, strategy: .low)
        #expect(abs(plain - 70 * 1.05) < 1e-9)
        let four = ProcessingTime.total(datasetGigabytes: 500, gpus: 4, strategy: .low)
        #expect(abs(four - plain / 4) < 1e-9)
        let many = ProcessingTime.total(datasetGigabytes: 500, gpus: 64, strategy: .low)
        #expect(abs(many - plain / 8) < 1e-9)
        let deep = ImagingChoice(algorithm: .wideField, iterations: 10_000, beamShape: .circular)
        let minutes = ProcessingTime.minutes(
            .imageReconstruction,
            datasetGigabytes: 1000,
            gpus: 2,
            strategy: .highSensitivity,
            choice: deep
        )
        // 45 · 2 · 1.45 / 2 · (0.8 + 0.2 · 2 · 10)
        #expect(abs(minutes - 45 * 1.45 * 4.8) < 1e-9)
    }
}
