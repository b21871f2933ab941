import Slurm
import Testing

@Suite("What a node writes of itself") struct NodeRecordTests {
    @Test("is written by the script, and read")
    func writtenAndRead() async throws {
        let scratch = try Scratch()
        let script = try Templates.named("cpu").render(BatchScriptRequest(key: "k", command: .words(["true"])))
        try scratch.write("job.sh", script)
        let ended = try await execute(
            ["/bin/bash", "\(scratch.path)/job.sh"],
            environment: ["PATH": "/usr/bin:/bin", "SLURM_SUBMIT_DIR": scratch.path, "LOADEDMODULES": "gcc/12:fftw/3"]
        )
        #expect(ended.exitStatus == 0 && ended.standardError.isEmpty && ended.standardOutput.isEmpty)
        let record = NodeRecord(try scratch.bytes(NodeRecord.file))
        #expect(record.kernel?.hasPrefix("Linux ") == true)
        #expect((record.cpuCount ?? 0) > 0 && (record.memoryKibibytes ?? 0) > 0)
        #expect(record.modules == ["gcc/12", "fftw/3"])
        #expect(record.gpuModels.isEmpty && record.gpuDriver == nil)
    }

    @Test("is written by the first task of a job array alone")
    func onceForAnArray() async throws {
        let scratch = try Scratch()
        let script = try Templates.named("cpu").render(BatchScriptRequest(key: "k", command: .words(["true"])))
        try scratch.write("job.sh", script)
        for task in ["4", "2"] {
            _ = try await execute(
                ["/bin/bash", "\(scratch.path)/job.sh"],
                environment: [
                    "PATH": "/usr/bin:/bin", "SLURM_SUBMIT_DIR": scratch.path, "SLURM_ARRAY_TASK_ID": task,
                    "SLURM_ARRAY_TASK_MIN": "2",
                ]
            )
            #expect(scratch.exists(NodeRecord.file) == (task == "2"))
        }
    }

    @Test("is not trusted: odd lines are passed over, long ones cut, numbers checked")
    func hostile() {
        let text =
            "cpu.count=-3\nmemory=x\nslurm=\u{1B}[31mred\nwhat=else\n=\ncpu.model="
            + String(repeating: "m", count: 9000)
        let record = NodeRecord(text.utf8)
        #expect(record.cpuCount == nil && record.memoryKibibytes == nil)
        #expect(record.slurm?.contains("\u{1B}") == false)
        #expect((record.cpuModel?.count ?? 0) <= 201)
        #expect(NodeRecord([0xFF, 0, 0xFE]) == NodeRecord())
    }
}
