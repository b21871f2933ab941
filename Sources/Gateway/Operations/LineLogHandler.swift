internal import Foundation
package import Logging

/// Writes one line for each event, in text or JSON, to standard error or wherever it is told.
package struct LineLogHandler: LogHandler {
    package var logLevel: Logger.Level
    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?

    private let format: LogFormat
    private let keeper: TimeKeeper
    private let write: @Sendable (String) -> Void

    /// A handler.
    ///
    /// - Parameters:
    ///   - format: how lines are written.
    ///   - level: the smallest level that is written.
    ///   - provider: gives the fields of the present work.
    ///   - keeper: tells the time.
    ///   - write: takes each line, its end included.
    package init(
        format: LogFormat,
        level: Logger.Level,
        provider: Logger.MetadataProvider?,
        keeper: TimeKeeper = .system,
        write: @escaping @Sendable (String) -> Void = Self.standardError
    ) {
        self.format = format
        self.keeper = keeper
        self.write = write
        logLevel = level
        metadataProvider = provider
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        var all = metadata
        if let metadataProvider { all.merge(metadataProvider.get()) { $1 } }
        if let more = event.metadata { all.merge(more) { $1 } }
        if let error = event.error { all["error"] = "\(error)" }
        let fields = all.sorted { $0.key < $1.key }.map { (key: $0.key, value: "\($0.value)") }
        write(format.line(level: event.level, message: "\(event.message)", fields: fields, at: keeper.now()) + "\n")
    }

    /// Writes to standard error in one piece; what cannot be written is lost, since there is nobody to tell.
    package static let standardError: @Sendable (String) -> Void = { line in
        try? FileHandle.standardError.write(contentsOf: Data(line.utf8))
    }
}
