/// The gateway's own files in a job's folder at its site.
package enum JobFolder {
    /// The rendered batch script.
    package static let batchScript = "job.sbatch"
    /// The text of the manifest's `script`.
    package static let userScript = "user-script"

    /// A log of a job or of one array task.
    package struct Log: Sendable, Hashable {
        /// Its name in the API: `stdout`, `stderr`, or `stdout-3` for an array task.
        package let name: String
        /// Its path below the job's folder.
        package let path: String
    }

    /// Where a log stands.
    ///
    /// - Parameters:
    ///   - stream: `stdout` or `stderr`.
    ///   - task: the array task, if it is of one.
    /// - Returns: its name and path.
    package static func log(_ stream: String, task: Int?) -> Log {
        let name = task.map { "\(stream)-\($0)" } ?? stream
        return Log(name: name, path: "\(name).log")
    }

    static func logs(arrayIndexes: [Int]?) -> [Log] {
        let tasks: [Int?] = arrayIndexes ?? [nil]
        return tasks.flatMap { task in ["stdout", "stderr"].map { log($0, task: task) } }
    }

    /// Whether a file in a job's folder is the gateway's own, so that no glob brings it home as an output.
    package static func isOurs(_ path: String) -> Bool {
        isReserved(path) || path == "sbatch.log"
    }

    /// Whether a manifest may not name this file as an input.
    static func isReserved(_ name: String) -> Bool {
        [batchScript, userScript, "jobid", "submitting", "lock"].contains(name) || name.hasPrefix(".farfield")
            || name.wholeMatch(of: /(stdout|stderr)(-[0-9]+)?\.log/) != nil
    }
}
