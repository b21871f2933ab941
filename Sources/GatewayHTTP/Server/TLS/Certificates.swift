internal import CoreMetrics
internal import Foundation
internal import Gateway
internal import Logging
internal import NIOSSL
internal import Synchronization

/// The certificate in use, exchanged for a new one without ending a connection.
///
/// What is connected goes on with what it began with; the next connection gets the new one.
final class Certificates: Sendable {
    /// How long before its end an operator is told.
    static let warning = Duration.seconds(21 * 86_400)

    private struct State {
        var pair: CertificatePair
        /// The files as they were when they were last read.
        var read: [FileMark]
        /// The files as they were at the last look.
        var seen: [FileMark]
    }

    private let files: TLSFiles
    private let state: Mutex<State>
    private let logger: Logger

    /// The pair in the files.
    ///
    /// - Throws: ``CertificateFault`` when it cannot be used.
    init(_ files: TLSFiles, logger: Logger) throws(CertificateFault) {
        let marks = FileMark.of(files)
        let pair = try CertificatePair(files)
        self.files = files
        self.logger = logger
        state = Mutex(State(pair: pair, read: marks, seen: marks))
        Self.tell(pair)
    }

    /// What the next connection is encrypted by.
    var context: NIOSSLContext { state.withLock { $0.pair.context } }

    /// When the pair in use ends.
    var expiresAt: Timestamp { state.withLock { $0.pair.expiresAt } }

    /// Takes the files' pair when they have changed and are at rest: of two files that are exchanged one after the other
    /// the first alone is no fault.
    ///
    /// - Parameter atOnce: whether somebody says that they are complete.
    func refresh(atOnce: Bool) {
        let marks = FileMark.of(files)
        let isDue = state.withLock { state in
            defer { state.seen = marks }
            return atOnce || marks != state.read && marks == state.seen
        }
        guard isDue else { return }
        state.withLock { $0.read = marks }
        do {
            let pair = try CertificatePair(files)
            try requireUseful(pair)
            state.withLock { $0.pair = pair }
            Self.tell(pair)
            Self.count("renewed")
            logger.notice(
                "a new certificate is in use",
                metadata: ["names": "\(pair.names.joined(separator: ", "))", "until": "\(pair.expiresAt.iso8601)"]
            )
        } catch {
            Self.count("refused")
            logger.error(
                "the new certificate cannot be used; the old one stays in use",
                metadata: ["error": "\(error)", "until": "\(expiresAt.iso8601)"]
            )
        }
    }

    /// Tells the log when the pair in use ends soon, or has ended.
    func warn(at now: Timestamp) {
        let end = expiresAt
        guard end - now < Self.warning else { return }
        logger.warning(
            now < end ? "the certificate ends soon" : "the certificate has ended: clients refuse it",
            metadata: ["until": "\(end.iso8601)", "file": "\(files.certificate)"]
        )
    }

    /// One that has ended does not replace one that has not.
    private func requireUseful(_ pair: CertificatePair) throws(CertificateFault) {
        let now = TimeKeeper.system.now()
        guard pair.expiresAt <= now, now < expiresAt else { return }
        throw CertificateFault("it ended at \(pair.expiresAt.iso8601)")
    }

    private static func tell(_ pair: CertificatePair) {
        Gauge(label: "farfield_certificate_expires_timestamp_seconds").record(pair.expiresAt.seconds)
    }

    private static func count(_ result: String) {
        Counter(label: "farfield_certificate_reloads_total", dimensions: [("result", result)]).increment()
    }
}

/// What tells that a file was exchanged or written anew.
struct FileMark: Sendable, Hashable {
    private let inode: UInt64
    private let size: UInt64
    private let modified: Date?

    /// The marks of both files; links are followed, as by certbot's `live` folder.
    static func of(_ files: TLSFiles) -> [FileMark] { [files.certificate, files.key].map(FileMark.init) }

    private init(_ path: String) {
        let path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let attributes = (try? FileManager.default.attributesOfItem(atPath: path)) ?? [:]
        inode = (attributes[.systemFileNumber] as? NSNumber)?.uint64Value ?? 0
        size = (attributes[.size] as? NSNumber)?.uint64Value ?? 0
        modified = attributes[.modificationDate] as? Date
    }
}
