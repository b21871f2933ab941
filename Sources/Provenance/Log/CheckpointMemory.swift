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

    /// Reads what is remembered.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - log: the log's key.
    /// - Throws: ``LogFault`` when the file is there and holds no checkpoint of this log.
    init(path: String, log: VerifierKey) throws(LogFault) {
        (self.path, self.log) = (path, log)
        guard let data = FileManager.default.contents(atPath: path) else {
            newest = Mutex(nil)
            return
        }
        do {
            let note = try SignedNote(note: Array(data))
            let checkpoint = try Checkpoint(text: note.text)
            // A new origin begins a new history; its first checkpoint takes the file over.
            guard checkpoint.origin == log.name else {
                newest = Mutex(nil)
                return
            }
            _ = try note.verified(by: [log])
            newest = Mutex(checkpoint)
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
