import Foundation
import Glibc

/// A child process started by posix_spawn(3). (`Foundation.Process` takes a server that closes its inherited
/// descriptors, as sshd does, for ended, and then blocks every other `Process`.)
struct ChildProcess {
    let identifier: pid_t

    /// Starts a program; `output` is a descriptor for its standard output, the standard error goes nowhere.
    init(_ program: String, _ arguments: [String], output: Int32? = nil) throws {
        var actions = unsafe posix_spawn_file_actions_t()
        _ = unsafe posix_spawn_file_actions_init(&actions)
        defer { _ = unsafe posix_spawn_file_actions_destroy(&actions) }
        _ = unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0)
        _ = unsafe posix_spawn_file_actions_adddup2(&actions, output ?? 0, 1)
        _ = unsafe posix_spawn_file_actions_adddup2(&actions, 0, 2)
        let words = unsafe ([program] + arguments).map { unsafe strdup($0) }
        defer { unsafe words.forEach { unsafe free($0) } }
        var child = pid_t()
        let code = unsafe posix_spawnp(&child, program, &actions, nil, words + [nil], environ)
        guard code == 0 else { throw CannotStart(program: program, code: code) }
        identifier = child
    }

    func waitUntilExit() {
        var status: Int32 = 0
        while unsafe waitpid(identifier, &status, 0) < 0, errno == EINTR {}
    }

    private struct CannotStart: Error {
        let program: String
        let code: Int32
    }
}

/// Runs a program to its end and gives its standard output.
@discardableResult
func execute(_ program: String, _ arguments: [String]) throws -> String {
    var ends: [Int32] = [-1, -1]
    _ = unsafe pipe(&ends)
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let child = try ChildProcess(program, arguments, output: ends[1])
    close(ends[1])
    let output = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true).readDataToEndOfFile()
    child.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
}

/// Processes whose command line contains a text; arguments are separated by NUL.
func processes(with text: String) -> [Int32] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return all.compactMap { Int32($0) }.filter { process in
        guard process != getpid(), let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else {
            return false
        }
        return String(decoding: line, as: UTF8.self).contains(text)
    }
}

/// All processes below one.
func descendants(of parent: Int32) -> [Int32] {
    let list = (try? execute("ps", ["-o", "pid=", "--ppid", "\(parent)"])) ?? ""
    let children = list.split(whereSeparator: \.isWhitespace).compactMap { Int32($0) }
    return children + children.flatMap(descendants)
}
