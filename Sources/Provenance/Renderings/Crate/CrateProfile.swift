/// The addresses of the specifications a crate follows; all of them change together with the version.
package struct CrateProfile: Sendable, Hashable {
    /// The JSON-LD contexts, in the order in which they are read.
    package let contexts: [String]
    /// The specification of RO-Crate.
    package let specification: String
    /// The profile of workflows in crates.
    package let workflow: Profile
    /// The profiles of runs, the wider one first.
    package let runs: [Profile]

    /// A profile.
    package struct Profile: Sendable, Hashable {
        /// Its permanent address.
        package let uri: String
        /// Its title.
        package let name: String
        /// Its version.
        package let version: String
    }

    /// RO-Crate 1.1 with Workflow Run Crate 0.5, the newest that validators of run crates know.
    package static let workflowRun = CrateProfile(
        contexts: ["https://w3id.org/ro/crate/1.1/context", "https://w3id.org/ro/terms/workflow-run/context"],
        specification: "https://w3id.org/ro/crate/1.1",
        workflow: Profile(
            uri: "https://w3id.org/workflowhub/workflow-ro-crate/1.0",
            name: "Workflow RO-Crate",
            version: "1.0"
        ),
        runs: [
            Profile(uri: "https://w3id.org/ro/wfrun/process/0.5", name: "Process Run Crate", version: "0.5"),
            Profile(uri: "https://w3id.org/ro/wfrun/workflow/0.5", name: "Workflow Run Crate", version: "0.5"),
        ]
    )
}
