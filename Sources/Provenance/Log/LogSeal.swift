internal import Synchronization

/// Closes a log for this process, once it is seen to be damaged: nothing is added until an operator has acted.
final class LogSeal: Sendable {
    private let fault = Mutex<LogFault?>(nil)

    /// Nothing is added from now on.
    func close(_ reason: LogFault) { fault.withLock { $0 = reason } }

    /// Makes sure that the log is open.
    ///
    /// - Throws: the ``LogFault`` it was closed with.
    func requireOpen() throws(LogFault) {
        if let fault = fault.withLock({ $0 }) { throw fault }
    }
}
