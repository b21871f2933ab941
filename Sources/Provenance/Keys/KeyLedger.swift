internal import Attestation
internal import Gateway
internal import Storage

/// Writes into the log which keys there are and which are no more, so that nobody can be shown another history of them.
struct KeyLedger: Sendable {
    let log: ManifestLog

    /// Adds the entries that are missing: `key-added` for every key, `key-retired` for those that have an end.
    ///
    /// A new log begins with the keys that still count; those that ended before it began are in the log before it.
    ///
    /// - Returns: the last entry added; nil when nothing was missing.
    /// - Throws: ``LogFault``, storage errors.
    func write(at now: Timestamp, on connection: any StorageConnection) throws -> ManifestLog.Added? {
        var last: ManifestLog.Added?
        try connection.lock("signing keys")
        for key in try SigningKeyStore.all(on: connection).reversed() {
            let hasEnded = key.revokedAt != nil || (key.validUntil.map { $0 <= now } ?? false)
            let added = try SigningKeyStore.position(of: key, .keyAdded, in: log.origin, on: connection)
            if hasEnded, added == nil { continue }
            if added == nil { last = try note(.keyAdded, key, after: nil, now, connection) }
            guard key.validUntil != nil || key.revokedAt != nil,
                try SigningKeyStore.position(of: key, .keyRetired, in: log.origin, on: connection) == nil
            else { continue }
            last = try note(.keyRetired, key, after: added ?? last?.position, now, connection)
        }
        return last
    }

    private func note(
        _ event: LogEntry.Event,
        _ key: SigningKey,
        after previous: Int?,
        _ now: Timestamp,
        _ connection: any StorageConnection
    ) throws -> ManifestLog.Added {
        let entry = LogEntry(
            analysis: nil,
            event: event,
            previous: previous.map { UInt64($0) },
            statement: SHA256Digest(of: key.publicKey.raw),
            time: ManifestCollector.moment(now)
        )
        let added = try log.append(entry.bytes, at: now, on: connection)
        try SigningKeyStore.note(event, of: key, in: log.origin, at: added.position, on: connection)
        return added
    }
}
