internal import Foundation

/// A folder as one file, by the system's `tar`.
enum Archive {
    /// Packs a folder's content into a file of mode 0600.
    static func pack(_ folder: String, into file: String) async throws {
        guard
            FileManager.default.createFile(atPath: file, contents: nil, attributes: [.posixPermissions: 0o600])
        else { throw CocoaError(.fileWriteNoPermission) }
        try await run(["--create", "--file=\(file)", "--directory=\(folder)", "."])
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: file))
        try handle.synchronize()
        try handle.close()
    }

    /// Unpacks a file into a folder that exists.
    static func unpack(_ file: String, into folder: String) async throws {
        try await run(["--extract", "--no-same-owner", "--file=\(file)", "--directory=\(folder)"])
    }

    private static func run(_ arguments: [String]) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["tar"] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        guard process.terminationStatus == 0 else {
            throw BackupError.program(
                detail:
                    "tar ended with \(process.terminationStatus). Is it installed, and is there space? Without tar, "
                    + "back up into a folder."
            )
        }
    }
}

extension Task where Success == Never, Failure == Never {
    /// Runs work that blocks, such as copying files or waiting for a token, on a thread where it may.
    ///
    /// - Parameter body: the work.
    /// - Returns: what it returns.
    /// - Throws: what it throws.
    package static func blocking<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try body() }) }
        }
    }
}
