/// Repeats an exchange that may be cut off until it is done, with pauses and a note each time.
struct Reconnection {
    /// Tells the person that the connection is gone.
    let note: @Sendable (String) async throws -> Void

    /// Calls `attempt` until it answers true; a fault that may pass is waited out.
    ///
    /// An attempt is one connection; it calls `progress` whenever something arrived, and answers whether all is
    /// done. `asked` is the first pause, if the server named one.
    func run(
        asked: () -> Duration? = { nil },
        _ attempt: (_ progress: () -> Void) async throws -> Bool
    ) async throws {
        var backoff = Backoff()
        while true {
            var reason = "the stream ended early"
            do {
                if try await attempt({ backoff.reset() }) { return }
            } catch let failure as RequestFailure where failure.isTransient {
                guard let pause = backoff.next(at: .now, asked: asked()) else { throw failure }
                reason = failure.summary
                try await wait(pause, reason)
                continue
            }
            // An orderly end before the last event: the gateway restarts, or a proxy has had enough.
            guard let pause = backoff.next(at: .now, asked: asked()) else {
                throw CommandFailure(.unreachable, "the gateway keeps ending the stream")
            }
            try await wait(pause, reason)
        }
    }

    private func wait(_ pause: Duration, _ reason: String) async throws {
        let seconds = pause / .seconds(1)
        try await note("farfield: \(reason); connecting again in \(seconds.formattedTenths) s")
        try await Task.sleep(for: pause)
    }
}

extension Double {
    fileprivate var formattedTenths: String {
        let tenths = Int((self * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}
