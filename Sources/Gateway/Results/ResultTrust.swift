internal import Logging
package import Storage
internal import Synchronization

/// Asks, before a known result is the answer, whether what was signed for it holds; set once the parts that can say so
/// exist.
package final class ResultTrust: Sendable {
    /// Says why a job's result is not to be believed; nil when nothing speaks against it.
    package typealias Judge =
        @Sendable (_ job: JobID, _ outputs: [JobOutput], _ connection: any StorageConnection) throws -> String?

    private let judge = Mutex<Judge>({ _, _, _ in nil })

    /// Sets who is asked.
    package func ask(_ judge: @escaping Judge) { self.judge.withLock { $0 = judge } }

    func objection(to job: JobID, _ outputs: [JobOutput], on connection: any StorageConnection) throws -> String? {
        try judge.withLock { $0 }(job, outputs, connection)
    }
}
