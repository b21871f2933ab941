import Dispatch
import Logging

/// The connection that hears `NOTIFY` and hands it to the hub; regains what it has lost.
///
/// Sendable without a check: the state is used on `queue` only.
final class PostgreSQLListener: @unchecked Sendable {
    private let queue = DispatchQueue(label: "farfield.postgresql.listener")
    private let options: PostgreSQLOptions
    private let logger: Logger
    private let hub: SignalHub
    private var channels: Set<String> = []
    private var link: PostgreSQLLink?
    private var source: (any DispatchSourceRead)?
    private var isClosed = false
    private var retries = 0
    private var isRetryPlanned = false

    init(options: PostgreSQLOptions, hub: SignalHub, logger: Logger) {
        self.options = options
        self.hub = hub
        self.logger = logger
    }

    /// Listens to a channel, now or as soon as the server can be reached, and tells its listeners when that is so.
    func listen(_ channel: String) {
        queue.async {
            self.channels.insert(channel)
            guard let link = self.link else { return self.connect() }
            do throws(StorageError) {
                try link.run(script: Self.statement(channel))
                self.hub.publish(channel, "")
            } catch {
                self.lost(error.description)
            }
        }
    }

    /// Ends the connection.
    func close() async {
        await withCheckedContinuation { continuation in
            queue.async {
                self.isClosed = true
                self.disconnect()
                continuation.resume()
            }
        }
    }

    private func connect() {
        guard !isClosed, link == nil, !channels.isEmpty, !isRetryPlanned else { return }
        do throws(StorageError) {
            let opened = try PostgreSQLLink(uri: options.uri, setup: options.setup)
            for channel in channels.sorted() { try opened.run(script: Self.statement(channel)) }
            link = opened
            watch(opened)
            if retries > 0 { logger.notice("listening to PostgreSQL again") }
            retries = 0
            for channel in channels { hub.publish(channel, "") }
        } catch {
            lost(error.description)
        }
    }

    private func watch(_ link: PostgreSQLLink) {
        let source = DispatchSource.makeReadSource(fileDescriptor: link.socket, queue: queue)
        source.setEventHandler { [weak self] in self?.receive() }
        // The socket may be closed only after the source has let go of it: the handler keeps the link until then.
        source.setCancelHandler { withExtendedLifetime(link) {} }
        self.source = source
        source.resume()
    }

    private func receive() {
        guard let link else { return }
        guard let signals = link.notifications() else { return lost(link.message) }
        for signal in signals { hub.publish(signal.channel, signal.payload) }
        if !link.isAlive { lost(link.message) }
    }

    /// Tries again at once, after one second, then every two.
    private func lost(_ reason: String) {
        disconnect()
        guard !isClosed, !isRetryPlanned else { return }
        if retries == 0 { logger.warning("lost PostgreSQL's signals", metadata: ["reason": "\(reason)"]) }
        let delay = retries == 0 ? 0.05 : min(2, Double(retries))
        retries += 1
        isRetryPlanned = true
        queue.asyncAfter(deadline: .now() + delay) {
            self.isRetryPlanned = false
            self.connect()
        }
    }

    private func disconnect() {
        source?.cancel()
        source = nil
        link = nil
    }

    /// A channel is an identifier: in quotes, with quotes doubled.
    private static func statement(_ channel: String) -> String {
        "LISTEN \"" + channel.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }
}
