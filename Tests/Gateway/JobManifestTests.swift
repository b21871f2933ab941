import Documents
import Gateway
import Testing

@Suite("Job manifests")
struct JobManifestTests {
    static func faults(_ yaml: String) -> [Fault] {
        do {
            _ = try JobManifestReader.read(try Document(yaml: yaml))
            return []
        } catch let error as GatewayError {
            return error.faults
        } catch {
            return [Fault(path: "?", message: "\(error)", expected: "")]
        }
    }

    @Test("tell all their faults in one pass")
    func tellAllFaults() {
        let faults = Self.faults(
            """
            name: "a\\nb"
            comand: [x]
            script: |
              #SBATCH --time=1
            environment: {SLURM_JOB_ID: 1, "a b": 2}
            resources: {walltime: 60, memory: 4, nodes: 0, tasks: many, gpus: {type: a100}, partition: "x y"}
            outputs: ["../x", "/etc/*", "[a"]
            inputs: [{path: ../x, content: a}, {path: job.sbatch, content: a}, {path: ok}]
            array: {tasks: 5-1}
            retries: 99
            priority: high
            dependencies: [{job: 12}]
            """
        )
        let paths = Set(faults.map(\.path))
        let expected: Set<String> = [
            "/comand", "/name", "/script", "/environment/SLURM_JOB_ID", "/environment/a b", "/resources/walltime",
            "/resources/memory", "/resources/nodes", "/resources/tasks", "/resources/gpus/count",
            "/resources/partition",
            "/outputs/0", "/outputs/1", "/outputs/2", "/inputs/0/path", "/inputs/1/path", "/inputs/2", "/array/tasks",
            "/retries", "/priority", "/dependencies/0/job",
        ]
        #expect(paths == expected)
        #expect(faults.allSatisfy { !$0.message.isEmpty && !$0.expected.isEmpty && $0.line != nil })
    }

    @Test(
        "must say what to run, once",
        arguments: ["name: x", "name: x\ncommand: a\nscript: b", "name: x\ncommand: []", "name: x\ncommand: ' '"]
    )
    func mustSayWhatToRun(yaml: String) {
        #expect(!Self.faults(yaml).isEmpty)
    }

    @Test(
        "refuse sizes that are impossible together",
        arguments: [
            ("{nodes: 4, tasks: 2}", "/resources/tasks"), ("{nodes: 2, tasks: 9, tasksPerNode: 4}", "/resources/tasks"),
            ("{memory: 1G, memoryPerCPU: 1G}", "/resources/memoryPerCPU"),
        ]
    )
    func refuseImpossibleSizes(resources: String, path: String) {
        #expect(Self.faults("name: x\ncommand: a\nresources: \(resources)").map(\.path) == [path])
    }

    @Test("read back from their normal form to the same value")
    func readBackTheSame() throws {
        let yaml = """
            name: whole
            site: a
            template: python
            command: [run, "--x", 3, true]
            environment: {A: 1.10, B: "two words"}
            parameters: {limit: 0.5}
            resources: {nodes: 2, tasks: 4, cpus: 2, memory: 1.5G, gpus: 2, walltime: 1h30m, partition: normal, qos: high, account: TG-BIO1, constraint: "a&b", exclusive: true, reservation: r}
            modules: [gcc/12]
            container: {image: /images/x, binds: ["/scratch:/scratch"]}
            array: {tasks: "0-9:3", limit: 2}
            inputs: [{path: a.txt, content: "x\\n"}, {path: b.bin, contentBase64: "AP8="}]
            outputs: ["**/*.fits"]
            retries: {limit: 2, on: [timeout]}
            priority: 70
            labels: {k: v}
            """
        let manifest = try JobManifestReader.read(try Document(yaml: yaml))
        #expect(try JobManifestReader.read(Document(manifest.json)) == manifest)
        #expect(manifest.environment["A"] == "1.10")
        #expect(manifest.resources.memory == 1536)
        #expect(manifest.resources.walltime == 5400)
        #expect(manifest.array?.count == 4)
        #expect(manifest.inputs[1].source.inlineBytes == [0, 255])
    }

    @Test(
        "choose a template by their content",
        arguments: [
            ("{}", "cpu"), ("{gpus: 1}", "gpu"),
        ]
    )
    func chooseTemplates(resources: String, template: String) throws {
        let manifest = try JobManifestReader.read(try Document(yaml: "name: x\ncommand: a\nresources: \(resources)"))
        #expect(manifest.effectiveTemplate == template)
    }

    @Test(
        "read walltimes only with their unit",
        arguments: [
            ("01:30:00", 5400), ("2-00:00:00", 172_800), ("90m", 5400), ("1h30m", 5400), ("1d", 86400), ("45s", 45),
            ("60", nil), ("30:00", nil), ("", nil), ("1w", nil), ("01:60:00", nil), ("-1h", nil),
        ] as [(String, Int?)]
    )
    func readWalltimes(text: String, seconds: Int?) {
        #expect(Quantity.seconds(text) == seconds)
    }

    @Test(
        "read memory only with its unit",
        arguments: [
            ("512M", 512), ("4G", 4096), ("4GiB", 4096), ("4GB", 3815), ("1.5G", 1536), ("1T", 1_048_576), ("4", nil),
            ("4K", nil), ("-4G", nil), ("4 Gb", nil),
        ] as [(String, Int?)]
    )
    func readMemory(text: String, mebibytes: Int?) {
        #expect(Quantity.mebibytes(text) == mebibytes)
    }
}
