import Slurm
import Testing

@Suite struct ResourceDirectivesTests {
    private func lines(_ directives: ResourceDirectives) throws -> [String] {
        var request = BatchScriptRequest(key: "k", command: .words(["true"]))
        request.directives = directives
        return try Templates.named("cpu").render(request).split(separator: "\n").filter { $0.hasPrefix("#SBATCH") }
            .map { String($0.dropFirst("#SBATCH ".count)) }
    }

    @Test func everyDirectiveIsWritten() throws {
        var directives = ResourceDirectives()
        directives.partition = "normal"
        directives.account = "TG-BIO1"
        directives.qos = "high"
        directives.constraint = "intel&(ib|opa)"
        directives.nodes = 2
        directives.tasks = 8
        directives.tasksPerNode = 4
        directives.cpusPerTask = 2
        directives.memoryMebibytes = 1500
        directives.gpu = .init(type: "a100", count: 2)
        directives.walltimeSeconds = 90_061
        directives.isExclusive = true
        directives.array = try ArraySpec("0-15:4%2")
        directives.requeues = false
        directives.nice = 10
        directives.warningSignal = "B:USR1@120"
        directives.dependency = "afterok:12:13"
        #expect(
            try lines(directives) == [
                "--job-name=k", "--output=stdout-%a.log", "--error=stderr-%a.log", "--open-mode=append",
                "--partition=normal", "--account=TG-BIO1", "--qos=high", "--nodes=2", "--ntasks=8",
                "--ntasks-per-node=4",
                "--cpus-per-task=2", "--mem=1500M", "--gres=gpu:a100:2", "--time=1-01:02:00",
                "--constraint=\"intel&(ib|opa)\"", "--exclusive", "--array=0-15:4%2", "--no-requeue", "--nice=10",
                "--signal=B:USR1@120", "--dependency=afterok:12:13",
            ]
        )
    }

    @Test func valuesThatCouldLeaveTheirLineAreRefused() {
        let hostile = [
            "a b", "a\n#SBATCH --qos=x", "a\"b", "a'b", "a#b", "", "-x", "é", "a;b", "a\\b", "$(x)", "a\u{2028}b",
        ]
        for value in hostile {
            for (field, change) in Self.fields {
                var directives = ResourceDirectives()
                change(&directives, value)
                let error = #expect(throws: SlurmError.self, "\(field): \(value)") { try lines(directives) }
                guard case .invalidValue(let named, _) = error else { continue }
                #expect(named == field)
            }
        }
    }

    private static let fields: [(String, @Sendable (inout ResourceDirectives, String) -> Void)] = [
        ("partition", { $0.partition = $1 }), ("account", { $0.account = $1 }), ("qos", { $0.qos = $1 }),
        ("reservation", { $0.reservation = $1 }), ("constraint", { $0.constraint = $1 }),
        ("licenses", { $0.licenses = $1 }), ("signal", { $0.warningSignal = $1 }),
        ("dependency", { $0.dependency = $1 }), ("gpuType", { $0.gpu = .init(type: $1, count: 1) }),
    ]

    @Test func numbersOutOfRangeAreRefused() {
        for change: (inout ResourceDirectives) -> Void in [
            { $0.nodes = 0 }, { $0.tasks = -1 }, { $0.memoryMebibytes = 0 }, { $0.walltimeSeconds = 0 },
            { $0.gpu = .init(count: 0) }, { ($0.memoryMebibytes, $0.memoryPerCPUMebibytes) = (1, 1) },
        ] {
            var directives = ResourceDirectives()
            change(&directives)
            #expect(throws: SlurmError.self) { try lines(directives) }
        }
    }

    @Test(arguments: [
        ("0-15:4", [0, 4, 8, 12]), ("1,3,5-7", [1, 3, 5, 6, 7]), ("7", [7]), ("0-2%5", [0, 1, 2]), ("5-5", [5]),
    ])
    func arraySpecsAreRead(text: String, indices: [Int]) throws {
        let spec = try ArraySpec(text)
        #expect(spec.indices == indices)
        #expect(spec.description == text)
    }

    @Test(arguments: [
        "", ",", "1,", "a", "-1", "1-", "5-1", "1,1", "1-3,2", "1:2", "1-5:0", "1-5:", "1%0", "1%", "1-4000001",
        "0-10000",
        "0-9999,10000", " 1", "1 ", "٣", "1-2-3", "99999999999999999999",
    ])
    func badArraySpecsAreRefused(text: String) {
        #expect(throws: SlurmError.self) { try ArraySpec(text) }
    }
}
