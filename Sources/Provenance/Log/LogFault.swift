/// Why nothing is added to the log.
package enum LogFault: Error, Sendable, Hashable {
    /// A newer checkpoint was signed than the database knows: it was restored from an old backup.
    case behind(stored: Int, signed: Int)
    /// The database holds another history than the one that was signed.
    case forked(size: Int)
    /// What was signed last was signed by another key than the log has now.
    case otherKey
    /// What is stored cannot be read.
    case damaged(String)
    /// The second place for checkpoints cannot be used.
    case memory(String)
    /// The key does not sign.
    case signing(String)
}

extension LogFault: CustomStringConvertible {
    package var description: String {
        let wayOut = "Restore a newer backup, or name a new log by provenance.origin: readers will see both."
        return switch self {
        case .behind(let stored, let signed):
            "the log in the database has \(stored) entries, but a checkpoint of \(signed) was signed: adding to it would "
                + "make two histories. \(wayOut)"
        case .forked(let size):
            "the first \(size) entries in the database are not the ones that were signed. \(wayOut)"
        case .otherKey:
            "the newest checkpoint in its second place was signed by another key: the database does not go with the "
                + "state folder, or the key was revoked. \(wayOut)"
        case .damaged(let what): "the log in the database is damaged: \(what). \(wayOut)"
        case .memory(let reason): "the newest checkpoint cannot be kept in its second place: \(reason)"
        case .signing(let reason): "the log's key does not sign: \(reason)"
        }
    }
}
