import Documents
import RadioSky
import Testing

@testable import Gateway
@testable import Simulator

@Suite("Parameters of the pipeline")
struct ParameterTests {
    private func read(_ given: [String: String]) -> (parameters: PipelineParameters?, faults: [Fault]) {
        PipelineParameterReader.read(given.merging(["dataset": "d"]) { first, _ in first }, gpus: 2)
    }

    @Test("left out are the usual ones")
    func usual() throws {
        let parameters = try #require(read([:]).parameters)
        #expect(parameters.agent == .anomalyDetection)
        #expect(parameters.observation.seed == 1)
        #expect(parameters.fault == nil)
        #expect(parameters.choices == .init())
    }

    @Test("given are taken as they are")
    func given() throws {
        let parameters = try #require(
            read([
                "agent": "ImageReconstruction", "rfi_strategy": "high_sensitivity", "polynomial_order": "7",
                "algorithm": "MS-CLEAN", "iterations": "10000", "beam_shape": "circular", "ra": "187.7",
                "dec": "-12.4", "frequency_ghz": "1.4", "bandwidth_mhz": "512", "integration_s": "60",
                "configuration": "A", "image_size": "128", "dataset_size_gb": "2.5", "rfi_fraction": "0.1",
                "seed": "18446744073709551615", "fault": "timeout", "fault_stage": "ALPHACAL",
            ]).parameters
        )
        #expect(parameters.agent == .imageReconstruction)
        #expect(parameters.choices.strategy == .highSensitivity)
        #expect(parameters.choices.iterations == 10_000)
        #expect(parameters.observation.centre == SkyPosition(rightAscension: 187.7, declination: -12.4))
        #expect(parameters.observation.seed == .max)
        #expect(parameters.observation.imageSize == 128)
        #expect(parameters.fault == .timeout)
        #expect(parameters.faultAgent == .alphaCal)
    }

    @Test(
        "out of their ranges are refused by name",
        arguments: [
            ("dataset", ""), ("dataset", "a\u{7}b"), ("agent", "BetaCal"), ("rfi_strategy", "HIGH"),
            ("polynomial_order", "2"), ("polynomial_order", "8"), ("polynomial_order", "4.5"),
            ("algorithm", "clean"), ("iterations", "99"), ("iterations", "10001"), ("beam_shape", "square"),
            ("ra", "361"), ("dec", "nan"), ("frequency_ghz", "0.9"), ("bandwidth_mhz", "inf"),
            ("integration_s", "-1"), ("configuration", "E"), ("image_size", "63"), ("dataset_size_gb", "0"),
            ("rfi_fraction", "1.1"), ("seed", "-1"), ("seed", "18446744073709551616"), ("fault", "earthquake"),
            ("fault_stage", "LUNCH"),
        ]
    )
    func refused(name: String, value: String) {
        let others = ["ra": "1", "dec": "1"].filter { ["ra", "dec"].contains(name) && $0.key != name }
        let faults = read(others.merging([name: value]) { $1 }).faults
        #expect(faults.map(\.path) == ["/parameters/\(name)"])
        #expect(faults.allSatisfy { !$0.expected.isEmpty })
    }

    @Test("that nobody knows are refused, with the one that was meant")
    func unknown() {
        let faults = read(["itterations": "500"]).faults
        #expect(faults.map(\.path) == ["/parameters/itterations"])
        #expect(faults.first?.expected.contains("did you mean 'iterations'?") == true)
    }

    @Test("need both coordinates, and a fault a stage that is played")
    func together() {
        #expect(read(["ra": "1"]).faults.map(\.path) == ["/parameters/dec"])
        #expect(
            read(["agent": "AlphaCal", "fault": "out_of_memory"]).faults.map(\.path) == ["/parameters/fault_stage"]
        )
        #expect(
            read(["fault": "rfi_too_strong", "fault_stage": "ANOMALY_DETECTION"]).faults.map(\.path)
                == ["/parameters/fault_stage"]
        )
    }

    @Test("of a manifest: arrays, containers, modules, nodes and files of the gateway's machine are refused")
    func manifest() throws {
        func faults(_ more: String) throws -> [String] {
            let text = """
                name: n
                site: simulator
                command: radio-pipeline
                \(more)
                """
            return SimulatorRules.faults(in: try JobManifestReader.read(try Document(yaml: text))).map(\.path)
        }
        let fine = "template: radio-pipeline\nparameters: {dataset: d}\n"
        #expect(try faults(fine) == [])
        #expect(try faults("parameters: {dataset: d}") == ["/template"])
        #expect(try faults(fine + "array: {tasks: 0-3}") == ["/array"])
        #expect(try faults(fine + "container: {image: /images/x}") == ["/container"])
        #expect(try faults(fine + "modules: [gcc]") == ["/modules"])
        #expect(try faults(fine + "resources: {nodes: 2}") == ["/resources/nodes"])
        #expect(try faults(fine + "resources: {gpus: {count: 9}}") == ["/resources/gpus/count"])
        #expect(
            try faults(fine + "inputs: [{path: x, source: 'file:///etc/passwd'}]") == ["/inputs/0/source"]
        )
        #expect(try faults("template: radio-pipeline") == ["/parameters/dataset"])
    }
}
