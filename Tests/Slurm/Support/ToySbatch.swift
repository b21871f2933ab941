import Slurm

/// A folder with an executable `sbatch` that counts its calls and answers as told.
struct ToySbatch {
    let scratch: Scratch
    let marker = "aMarkerNobodyGuesses1234"

    /// Installs a toy that runs `answer` (shell) after noting the call.
    init(answer: String = "echo $(( 100 + $(wc -l <\"$toy/calls\") ))") throws {
        scratch = try Scratch()
        try scratch.write(
            "bin/sbatch",
            """
            #!/bin/sh
            toy='\(scratch.path)'
            printf '%s\\n' "$*" >>"$toy/calls"
            env >"$toy/environment"
            \(answer)
            """,
            executable: true
        )
    }

    var transport: LocalTransport { LocalTransport(path: ["\(scratch.path)/bin"]) }

    var calls: Int { (try? scratch.text("calls").split(separator: "\n").count) ?? 0 }

    func entry(_ key: String, script: String = "#!/bin/bash\ntrue\n", resubmits: Bool = false) -> DeliverAndSubmit.Entry
    {
        .init(
            key: key,
            files: [.init(path: "job.sh", bytes: Array(script.utf8))],
            script: "job.sh",
            resubmits: resubmits
        )
    }

    func command(_ entries: [DeliverAndSubmit.Entry], wait: Int = 10) throws -> DeliverAndSubmit {
        try DeliverAndSubmit(
            entries,
            root: "\(scratch.path)/jobs",
            shell: RemoteShell(marker: marker),
            lockWaitSeconds: wait
        )
    }

    /// So many entries with the keys `k-0`, `k-1`, ….
    func entries(_ count: Int) -> [DeliverAndSubmit.Entry] { (0..<count).map { entry("k-\($0)") } }

    func submit(_ entries: DeliverAndSubmit.Entry..., wait: Int = 10) async throws -> [DeliverAndSubmit.Result] {
        try await submit(entries, wait: wait)
    }

    func submit(_ entries: [DeliverAndSubmit.Entry], wait: Int = 10) async throws -> [DeliverAndSubmit.Result] {
        try await transport.run(command(entries, wait: wait))
    }
}

/// The number in an accepted result.
func acceptedID(_ result: DeliverAndSubmit.Result?) -> UInt32? {
    if case .accepted(let jobID, _) = result { jobID.number } else { nil }
}
