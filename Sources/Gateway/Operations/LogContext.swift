package import Logging

/// What the log lines of the present work have in common: request, task, job, site.
package enum LogContext {
    @TaskLocal private static var fields: Logger.Metadata = [:]

    /// Gives loggers the fields of the work they are used in.
    package static let provider = Logger.MetadataProvider { fields }

    /// Adds fields to every line that is logged while a body runs.
    ///
    /// - Parameters:
    ///   - more: the fields; of two with one name the inner holds.
    ///   - body: the work.
    /// - Returns: what the body returns.
    package static func with<T>(_ more: Logger.Metadata, _ body: () async throws -> T) async rethrows -> T {
        try await $fields.withValue(fields.merging(more) { $1 }) { try await body() }
    }
}
