internal import AsyncAlgorithms
internal import Gateway
internal import ServiceLifecycle
internal import UnixSignals

/// Looks every few seconds whether the certificate's files have changed, and at once on SIGHUP.
struct CertificateWatch: Service, CustomStringConvertible {
    private static let pause = Duration.seconds(2)
    /// How often the coming end of a certificate is told.
    private static let reminder = Duration.seconds(86_400)

    let certificates: Certificates
    let keeper: TimeKeeper

    var description: String { "certificate watch" }

    func run() async throws {
        var toldAt = keeper.now()
        certificates.warn(at: toldAt)
        let ticks = AsyncTimerSequence(interval: Self.pause, clock: .continuous).map { _ in false }
        let signals = await UnixSignalsSequence(trapping: .sighup).map { _ in true }
        for await isAsked in merge(ticks, signals).cancelOnGracefulShutdown() {
            certificates.refresh(atOnce: isAsked)
            let now = keeper.now()
            guard now - toldAt >= Self.reminder else { continue }
            certificates.warn(at: now)
            toldAt = now
        }
    }
}
