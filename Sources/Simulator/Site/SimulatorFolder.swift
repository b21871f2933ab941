internal import Foundation
internal import Slurm
internal import Storage

/// The folder of a simulated site's jobs, and the one judge of what lies in it.
struct SimulatorFolder: Sendable {
    /// An absolute path.
    let path: String

    /// A path that leads out of the folder, or is none.
    struct Outside: Error, Sendable, CustomStringConvertible {
        let path: String
        var description: String {
            "'\(path)' is outside the simulator's folder: a simulated job reads no files of the gateway's machine"
        }
    }

    /// The folder of a job.
    ///
    /// - Throws: `SlurmError` for what is no key.
    func folder(of key: String) throws -> String {
        try JobKey.check(key)
        return "\(path)/\(key)"
    }

    /// The place of a file, with every symbolic link followed; what does not exist yet counts by the folder above it.
    ///
    /// - Parameters:
    ///   - name: a path below the job's folder.
    ///   - key: the job's folder; the folder of all jobs when nil.
    /// - Returns: an absolute path.
    /// - Throws: ``Outside``, `SlurmError`.
    func place(_ name: String, key: String?) throws -> String {
        let base = try key.map { try folder(of: $0) } ?? path
        do {
            try RemoteFolder.checkRelative(name)
        } catch {
            throw Outside(path: name)
        }
        try require("\(base)/\(name)", within: base)
        return "\(base)/\(name)"
    }

    /// Whether an absolute path, every link followed, lies in the folder of all jobs.
    func holds(_ absolute: String) -> Bool {
        do {
            try require(absolute, within: path)
            return true
        } catch {
            return false
        }
    }

    private func require(_ absolute: String, within base: String) throws(Outside) {
        guard Self.resolved(absolute).hasPrefix(Self.resolved(base) + "/") else { throw Outside(path: absolute) }
    }

    /// A path with the links of all that exists of it followed.
    private static func resolved(_ absolute: String) -> String {
        var existing = URL(fileURLWithPath: absolute).standardizedFileURL
        var rest: [String] = []
        while existing.path != "/", !FileManager.default.fileExists(atPath: existing.path) {
            rest.append(existing.lastPathComponent)
            existing.deleteLastPathComponent()
        }
        return rest.reversed().reduce(existing.resolvingSymlinksInPath()) { $0.appendingPathComponent($1) }.path
    }

    /// Makes the folder, for nobody else to look into.
    func make(_ folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
    }

    /// Writes a file of a job at once: whoever reads it sees the old bytes or the new.
    ///
    /// - Throws: ``Outside``, `SlurmError`, file errors.
    func write(_ bytes: [UInt8], to name: String, key: String, mode: Int = 0o600) throws {
        let target = try place(name, key: key)
        let parent = URL(fileURLWithPath: target).deletingLastPathComponent().path
        try make(parent)
        let temporary = "\(parent)/.farfield-\(UUID().uuidString)"
        do {
            try Data(bytes).write(to: URL(fileURLWithPath: temporary))
            try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: temporary)
            try DurableFile.rename(temporary, to: target)
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            throw error
        }
    }

    /// Whether there is something under a name.
    func exists(_ name: String, key: String) throws -> Bool {
        FileManager.default.fileExists(atPath: try place(name, key: key))
    }

    /// A part of a regular file; nil when there is none.
    ///
    /// - Throws: ``Outside``, `SlurmError`, file errors.
    func read(_ name: String, key: String?, offset: Int64, length: Int) throws -> (bytes: [UInt8], size: Int64)? {
        let file = try place(name, key: key)
        let attributes = try? FileManager.default.attributesOfItem(atPath: file)
        guard let attributes, attributes[.type] as? FileAttributeType == .typeRegular,
            let size = (attributes[.size] as? NSNumber)?.int64Value
        else { return nil }
        guard offset < size, length > 0 else { return ([], size) }
        let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: file))
        defer { try? handle.close() }
        try handle.seek(toOffset: UInt64(max(0, offset)))
        return (Array(try handle.read(upToCount: length) ?? Data()), size)
    }

    /// Adds bytes at a place of a file that grows.
    ///
    /// - Throws: ``Outside``, `SlurmError`, file errors.
    func write(_ bytes: [UInt8], to name: String, at offset: Int64) throws {
        let file = try place(name, key: nil)
        try make(URL(fileURLWithPath: file).deletingLastPathComponent().path)
        if !FileManager.default.fileExists(atPath: file) {
            try Data().write(to: URL(fileURLWithPath: file))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        }
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
        defer { try? handle.close() }
        try handle.truncate(atOffset: UInt64(offset))
        try handle.write(contentsOf: Data(bytes))
    }
}
