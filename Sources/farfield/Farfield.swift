import ArgumentParser
import Glibc

/// The command `farfield`: the gateway itself, and the client that talks to it over REST.
@main
struct Farfield: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "farfield",
        abstract: "Submit HPC jobs to Slurm sites and follow them from one place.",
        discussion: """
            Examples:
              farfield submit job.yaml --watch
              farfield jobs --state running,pending
              farfield logs job_01hzy... -f

            The client commands find the gateway by --url or FARFIELD_URL and show who they are by the login that
            'farfield login' keeps, or by FARFIELD_TOKEN.
            Completion for your shell: farfield --generate-completion-script bash|zsh|fish

            \(ExitCodes.help)
            """,
        groupedSubcommands: [
            CommandGroup(
                name: "People",
                subcommands: [LogIn.self, LogOut.self, WhoAmI.self, Tokens.self, People.self]
            ),
            CommandGroup(name: "Gateway", subcommands: [Serve.self, Render.self, Config.self]),
            CommandGroup(
                name: "Operation",
                subcommands: [
                    Queue.self, Approvals.self, Audit.self, Webhooks.self, BackUp.self, Restore.self, Examine.self,
                    MakeAdminToken.self,
                ]
            ),
            CommandGroup(
                name: "Jobs",
                subcommands: [
                    Submit.self,
                    ListJobs.self,
                    ShowJob.self,
                    ShowLogs.self,
                    ShowInputs.self,
                    Outputs.self,
                    Cache.self,
                    Cancel.self,
                    Replay.self,
                    Compare.self,
                ]
            ),
            CommandGroup(name: "Budgets", subcommands: [Projects.self, Allocations.self, Ledger.self]),
            CommandGroup(name: "Artifacts", subcommands: [UploadFiles.self, Artifacts.self, ShowStorage.self]),
            CommandGroup(
                name: "Provenance",
                subcommands: [Publish.self, Analyses.self, Manifests.self, Log.self, Keys.self]
            ),
            CommandGroup(
                name: "Sites",
                subcommands: [
                    Sites.self,
                    Templates.self,
                ]
            ),
        ]
    )

    /// Runs the command and ends the process with the code `ExitCodes` documents.
    static func main() async {
        do {
            var command = try await asyncParseAsRoot()
            if var asyncCommand = command as? any AsyncParsableCommand {
                try await asyncCommand.run()
            } else {
                try command.run()
            }
        } catch {
            Glibc.exit(Ending(error).conclude(on: .standard))
        }
    }
}
