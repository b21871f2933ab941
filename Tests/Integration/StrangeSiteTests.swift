import Documents
import Foundation
import Testing

/// Login nodes as they are met: everything works through them all the same.
@Suite("Strange login nodes", .timeLimit(.minutes(5)))
struct StrangeSiteTests {
    /// One way in which a login node is odd.
    struct Oddity: Sendable, CustomTestStringConvertible {
        let name: String
        var shell = "/bin/bash"
        var profile = ""
        var banner: String?
        var testDescription: String { name }
    }

    static let oddities = [
        Oddity(
            name: "banner, motd and garbage on standard error, in every command and in SFTP",
            profile: """
                printf 'WARNING: \\033[31mlicensed users only\\033[0m\\n\\002farfield 1\\003 \\377\\376 sbatch: error: x\\n' >&2
                (sleep 0.1; echo 'late garbage' >&2) &
                """,
            banner: String(repeating: "*** This system is for the use of authorised users only ***\n", count: 200)
        ),
        Oddity(
            name: "a profile that talks on standard output",
            profile: """
                case $command in *sftp-server*) ;; *)
                    printf 'Last login: today\\nQuota: 99%%\\n\\002farfield \\003\\nmarker begin\\n'
                    printf 'no newline at the end' ;;
                esac
                """
        ),
        Oddity(name: "csh", shell: "/bin/csh", profile: "echo 'Unknown terminal type' >&2"),
        Oddity(name: "tcsh with -f", shell: "/usr/bin/tcsh -f"),
        Oddity(name: "dash", shell: "/bin/dash"),
        Oddity(name: "a slow profile", profile: "sleep 2"),
        Oddity(
            name: "another locale, time zone and taste in Slurm's output",
            profile: """
                export LANG=de_DE.UTF-8 LC_ALL=tr_TR.UTF-8 LC_NUMERIC=de_DE.UTF-8 TZ=Asia/Kathmandu LS_COLORS=x IFS=x
                export SLURM_TIME_FORMAT=relative SQUEUE_FORMAT='%j' SQUEUE_STATES=RUNNING SACCT_FORMAT=User SLURM_CLUSTERS=
                export SBATCH_PARTITION=development SBATCH_EXCLUSIVE=1 SBATCH_JOB_NAME=mine SQUEUE_USERS=nobody POSIXLY_CORRECT=1
                export GREP_OPTIONS=--color=always CDPATH=/tmp ENV=/nowhere BASH_ENV=/nowhere
                unset SLURM_CLUSTERS
                """
        ),
        Oddity(
            name: "no flock, and openssl instead of base64",
            profile: """
                tools=$(mktemp -d); trap 'rm -rf "$tools"' EXIT
                for tool in /usr/bin/*; do ln -s "$tool" "$tools/"; done
                rm "$tools/flock" "$tools/base64"
                PATH=$tools; export PATH
                """
        ),
    ]

    @Test("a job goes through", arguments: oddities)
    func job(_ oddity: Oddity) async throws {
        let node = try await LoginNode(shell: oddity.shell, profile: oddity.profile, banner: oddity.banner)
        let gateway = try await GatewayProcess(sites: TestCluster.site(port: node.port)).start()
        let api = API(gateway)
        let id = try await api.submit(
            """
            name: strange
            command: "cat 'in put.txt' > out.txt; echo said; echo warned >&2; exit 3"
            inputs: [{path: in put.txt, content: "größer; $(touch pwned)\\n"}]
            outputs: [out.txt]
            resources: {memory: 50M, walltime: 2m}
            """
        )
        let unwanted = try await api.submit(
            "name: u\\ncommand: sleep 300\\nresources: {memory: 50M, walltime: 10m}"
                .replacing("\\n", with: "\n")
        )
        try await api.wait(unwanted, for: finalStates.union(["running"]))
        #expect(try await api.post("/api/v1/jobs/\(unwanted)/cancel", "").status == 202)
        let job = try await api.wait(id)
        #expect(job["state"] == "failed" && job["slurm"]?["exitCode"] == 3, "\(job.jsonText)")
        #expect(job["slurm"]?["partition"] == "normal", "\(job.jsonText)")
        #expect(try await api.get("/api/v1/jobs/\(id)/logs/stdout").text == "said\n")
        #expect(try await api.get("/api/v1/jobs/\(id)/logs/stderr").text == "warned\n")
        #expect(try await api.get("/api/v1/jobs/\(id)/outputs/out.txt").text == "größer; $(touch pwned)\n")
        #expect(try await api.wait(unwanted)["state"] == "cancelled")
        for id in [id, unwanted] { #expect(try await TestCluster.count(named: "ff-admin-\(id)-1") == 1) }
        let check = try await api.post("/api/v1/sites/a/check", "").json
        #expect(check["ok"] == true, "\(check.jsonText)")
        try await eventually("the site is told to be up") {
            try await api.get("/api/v1/sites/a").json["state"] == "up"
        }
        #expect(gateway.stop() == 0)
        await node.close()
    }
}
