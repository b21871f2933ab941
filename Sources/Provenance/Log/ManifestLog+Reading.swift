package import Attestation
package import Storage

extension ManifestLog {
    /// The log as it is read.
    var stored: StoredLog { StoredLog(origin: origin) }

    /// The newest signed checkpoint; nil for an empty log.
    package func checkpoint(on connection: any StorageConnection) throws -> String? {
        try ManifestLogStore.tree(origin, on: connection)?.checkpoint
    }

    /// How many entries there are.
    package func size(on connection: any StorageConnection) throws -> Int { try stored.size(on: connection) }

    /// The proof that an entry is in the log, in the tree that ends with it: the same bytes at all times.
    ///
    /// Its extra data are the entry itself, so that the proof file alone suffices.
    ///
    /// - Returns: nil when there is no such entry.
    /// - Throws: storage errors, ``LogFault``.
    package func proof(of position: Int, on connection: any StorageConnection) throws -> LogProof? {
        try stored.proof(of: position, on: connection)
    }

    /// The proof that the tree of one size is the beginning of the tree of another.
    ///
    /// - Returns: nil when the sizes are not `old <= new <=` what is there.
    /// - Throws: storage errors, ``LogFault``.
    package func consistency(
        from old: Int,
        to new: Int,
        on connection: any StorageConnection
    ) throws -> ConsistencyProof? { try stored.consistency(from: old, to: new, on: connection) }

    /// A tile or a bundle of entries, as C2SP tlog-tiles serves it.
    ///
    /// - Returns: nil when the log does not reach so far.
    /// - Throws: storage errors, ``LogFault``.
    package func tile(_ path: TilePath, on connection: any StorageConnection) throws -> [UInt8]? {
        try stored.tile(path, on: connection)
    }
}
