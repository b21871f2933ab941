package import Attestation

/// What a researcher sends: one job, or one job array (schema `farfield/v1`).
///
/// A value of this type has passed every check of ``JobManifestReader``; its JSON form is `json`.
package struct JobManifest: Sendable, Hashable {
    /// The schema version this text is written in.
    package static let apiVersion = "farfield/v1"

    /// What is run.
    package enum Program: Sendable, Hashable {
        /// An argument vector, handed over word for word.
        case words([String])
        /// A shell line for `bash -c`.
        case line(String)
        /// The text of a script, delivered as a file.
        case script(String)
    }

    /// A file, or a folder, that stands in the job's folder before the program begins.
    package struct Input: Sendable, Hashable {
        /// Place below the job's folder, with `/` between parts.
        package let path: String
        /// Where its bytes come from.
        package let source: InputSource
        /// What the bytes must hash to, where the researcher says so.
        package let digest: SHA256Digest?
        /// Whether it gets the executable bit.
        package let isExecutable: Bool
        /// Whether the program may change it: it then gets a copy of its own instead of a link.
        package let isWritable: Bool
    }

    /// Whether a result that is known already may be used, and whether this job's is kept.
    package enum CacheUse: String, Sendable, CaseIterable {
        /// A known result is the answer; a new one is kept.
        case on
        /// Neither.
        case off
        /// It is computed anew, and takes the place of the known one.
        case refresh
    }

    /// A container the program runs in.
    package struct Container: Sendable, Hashable {
        /// Absolute path at the site: a Charliecloud image directory or a SquashFS file.
        package let image: String
        /// What the image must hash to, where the researcher pins it.
        package let digest: SHA256Digest?
        /// Folders of the site shown inside, each `HOST:/INSIDE`.
        package let binds: [String]
    }

    /// Which tasks a job array has.
    package struct JobArray: Sendable, Hashable {
        /// Indexes in Slurm's notation, such as `0-15:4,20`.
        package let tasks: String
        /// The most tasks that run at once, where limited.
        package let limit: Int?
        /// How many tasks the notation names.
        package let count: Int
    }

    /// Another Farfield job that must end first.
    package struct Dependency: Sendable, Hashable {
        /// What must be true of the other job.
        package enum Condition: String, Sendable, CaseIterable {
            /// It completed.
            case afterok
            /// It ended, however.
            case afterany
        }

        /// The other job.
        package let job: JobID
        /// What must be true of it.
        package let condition: Condition
    }

    /// When the gateway tries again by itself.
    package struct Retries: Sendable, Hashable {
        /// What may have gone wrong for a further attempt to make sense.
        package enum Cause: String, Sendable, CaseIterable {
            /// A node failed or did not boot.
            case nodeFailure
            /// A more important job took the resources.
            case preempted
            /// The walltime was reached.
            case timeout
            /// The memory limit was reached.
            case outOfMemory
            /// The program ended with a non-zero exit code or a signal.
            case failed
        }

        /// Further attempts after the first, 0 to 10.
        package let limit: Int
        /// Causes that lead to a further attempt.
        package let causes: [Cause]

        /// No further attempts.
        package static let none = Retries(limit: 0, causes: [.nodeFailure, .preempted])
    }

    /// A name for people.
    package let name: String
    /// Where to run; the gateway chooses when nil.
    package let site: String?
    /// The project that pays, where the site is metered; nil leaves it to the gateway where only one can.
    package let project: String?
    /// Template; chosen by content when nil.
    package let template: String?
    /// What is run.
    package let program: Program
    /// Variables the program sees.
    package let environment: [String: String]
    /// What Slurm is asked for.
    package let resources: Resources
    /// Environment modules to load, in order.
    package let modules: [String]
    /// The container, if any.
    package let container: Container?
    /// The job array, if it is one.
    package let array: JobArray?
    /// Jobs that must end first.
    package let dependencies: [Dependency]
    /// Values for the template, also seen by the program as `FARFIELD_PARAM_<name>`.
    package let parameters: [String: String]
    /// Files that stand in the job's folder before the program begins.
    package let inputs: [Input]
    /// Globs of the files to bring home.
    package let outputs: [String]
    /// Further attempts.
    package let retries: Retries
    /// 0 to 100; larger goes first in the gateway's queue.
    package let priority: Int
    /// Free words for finding jobs again.
    package let labels: [String: String]
    /// Whether known results may be used.
    package let cache: CacheUse
    /// Whether the researcher expects the same result from the same inputs.
    package let isDeterministic: Bool
    /// How long the gateway keeps what it brought home; the site's configuration or nothing decides when nil.
    package let retention: Retention?
    /// How long the job's folder stays at the site after the end; the site's configuration decides when nil.
    package let folderRetention: Retention?
    /// Whether only the rendered script is wanted.
    package let dryRun: Bool

    /// The template that is used: the named one, or the one the content asks for.
    package var effectiveTemplate: String {
        if let template { return template }
        if container != nil { return "container" }
        if array != nil { return "array" }
        return resources.gpus == nil ? "cpu" : "gpu"
    }
}
