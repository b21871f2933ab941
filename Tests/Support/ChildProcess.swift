package import Foundation
import Glibc
import Synchronization

/// A child process started by posix_spawn(3), which inherits its standard descriptors and no other.
///
/// `Foundation.Process` watches a child by a socket that the child inherits: it takes a server that closes its
/// descriptors, or a script that uses the socket's number for a file of its own, for ended, and then blocks every
/// other `Process`.
package final class ChildProcess: Sendable {
    /// Its number.
    package let identifier: pid_t
    private let end = Mutex<End>(.running([]))
    private let hasEnded = NSCondition()

    private enum End {
        case running([CheckedContinuation<Int32, Never>])
        case ended(Int32)
    }

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: a path, or a name looked up on the PATH.
    ///   - arguments: without the program's name.
    ///   - environment: its variables; nil for our own.
    ///   - folder: where it begins; nil for where we are.
    ///   - input: its standard input; nil for nothing.
    ///   - output: its standard output; nil for nowhere.
    ///   - errors: its standard error; nil for nowhere.
    /// - Throws: when it cannot be started.
    package init(
        _ program: String,
        _ arguments: [String],
        environment: [String: String]? = nil,
        folder: String? = nil,
        input: Int32? = nil,
        output: Int32? = nil,
        errors: Int32? = nil
    ) throws {
        let nothing = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
        defer { close(nothing) }
        var actions = unsafe posix_spawn_file_actions_t()
        _ = unsafe posix_spawn_file_actions_init(&actions)
        defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
        for (number, descriptor) in [input, output, errors].enumerated() {
            _ = unsafe posix_spawn_file_actions_adddup2(&actions, descriptor ?? nothing, Int32(number))
        }
        let descriptors = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        for number in descriptors.compactMap({ Int32($0) }) where number > 2 {
            _ = unsafe posix_spawn_file_actions_addclose(&actions, number)
        }
        // env(1) changes the folder and becomes the program; glibc's own way is not visible to Swift.
        let command = (folder.map { ["env", "--chdir=\($0)"] } ?? []) + [program] + arguments
        let words = unsafe command.map { unsafe strdup($0) }
        let variables = unsafe (environment ?? ProcessInfo.processInfo.environment).map { unsafe strdup("\($0)=\($1)") }
        defer { unsafe (words + variables).forEach { unsafe free($0) } }
        var child = pid_t()
        let code = unsafe posix_spawnp(&child, command[0], &actions, nil, words + [nil], variables + [nil])
        guard code == 0 else { throw CannotStart(program: program, code: code) }
        identifier = child
        let reaper = Thread { [self] in reap() }
        reaper.name = "reaper"
        reaper.start()
    }

    private func reap() {
        var status: Int32 = 0
        while unsafe waitpid(identifier, &status, 0) < 0, errno == EINTR {}
        let code = status & 0x7f == 0 ? status >> 8 & 0xff : status & 0x7f
        hasEnded.lock()
        let waiting = end.withLock { end in
            defer { end = .ended(code) }
            if case .running(let waiting) = end { return waiting }
            return []
        }
        hasEnded.broadcast()
        hasEnded.unlock()
        for continuation in waiting { continuation.resume(returning: code) }
    }

    /// The exit status, or the number of the signal that ended it; nil while it runs.
    package var status: Int32? { end.withLock { if case .ended(let status) = $0 { status } else { nil } } }

    /// Waits for its end.
    ///
    /// - Returns: the exit status, or the number of the signal.
    @discardableResult
    package func ended() async -> Int32 {
        await withCheckedContinuation { continuation in
            let status: Int32? = end.withLock { end in
                switch end {
                case .ended(let status): return status
                case .running(let waiting):
                    end = .running(waiting + [continuation])
                    return nil
                }
            }
            if let status { continuation.resume(returning: status) }
        }
    }

    /// Waits for its end, and blocks meanwhile.
    ///
    /// - Returns: the exit status, or the number of the signal.
    @discardableResult
    package func waitUntilExit() -> Int32 {
        hasEnded.lock()
        defer { hasEnded.unlock() }
        while true {
            if let status { return status }
            hasEnded.wait()
        }
    }

    private struct CannotStart: Error {
        let program: String
        let code: Int32
    }
}

/// Both ends of a new way for bytes, which no child inherits unless it is told to.
package struct ChildPipe: Sendable {
    /// The end to read from.
    package let reading: FileHandle
    /// The end to write to.
    package let writing: FileHandle

    /// A new pipe; its ends are closed when nobody holds them.
    package init() {
        var ends: [Int32] = [-1, -1]
        // Not pipe(2), which would leak into programs that another thread starts in this moment.
        _ = unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0, &ends)
        reading = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
        writing = FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
    }
}
