internal import Attestation
internal import Foundation
internal import Storage
internal import Synchronization

/// The newest checkpoint in a second place, which an old backup of the database does not bring back.
///
/// The file is read at every start and compared before every signature; it is written after every commit, so it is
/// never ahead of what was committed.
package final class CheckpointMemory: Sendable {
    private let path: String
    private let log: VerifierKey
    private let newest: Mutex<Checkpoint?>
    /// Why the file says nothing about this log; nothing may be signed then.
    let fault: LogFault?

    /// Reads what is remembered.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - log: the log's key.
    init(path: String, log: VerifierKey) {
        (self.path, self.log) = (path, log)
        do {
            newest = Mutex(try Self.read(path, log))
            fault = nil
        } catch {
            newest = Mutex(nil)
            fault = error
        }
    }

    /// The checkpoint in the file; nil when there is none, or one of another log.
    private static func read(_ path: String, _ log: VerifierKey) throws(LogFault) -> Checkpoint? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        do {
            let note = try SignedNote(note: Array(data))
            let checkpoint = try Checkpoint(text: note.text)
            // A new origin begins a new history; its first checkpoint takes the file over.
            guard checkpoint.origin == log.name else { return nil }
            _ = try note.verified(by: [log])
            return checkpoint
        } catch SignedNoteError.noKnownKey {
            throw .otherKey
        } catch {
            throw .memory("\(path) holds no checkpoint of this log: \(error)")
        }
    }

    /// What was signed last, as far as this gateway knows.
    var checkpoint: Checkpoint? { newest.withLock { $0 } }

    /// Keeps a checkpoint that was committed; an older one than the newest changes nothing.
    ///
    /// - Throws: ``LogFault`` when the file cannot be written.
    func keep(_ checkpoint: Checkpoint, note: String) throws(LogFault) {
        do {
            try newest.withLock { known in
                if let known, known.size >= checkpoint.size { return }
                // Another gateway of the same folder may have been further.
                if let other = try Self.read(path, log), other.size >= checkpoint.size { return }
                let temporary = "\(path).\(UUID().uuidString).new"
                try Data(note.utf8).write(to: URL(fileURLWithPath: temporary))
                try DurableFile.rename(temporary, to: path)
                known = checkpoint
            }
        } catch {
            throw .memory("\(error)")
        }
    }
}
