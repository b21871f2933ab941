import CSSH2
import Glibc

/// A program that we started, with one of its outputs on a pipe and no terminal.
///
/// Blocks: belongs on a connection's own thread.
struct SpawnedProgram: ~Copyable {
    /// POSIX_SPAWN_SETSID of glibc 2.26, which Swift does not import.
    private static let newSession: Int16 = 0x80

    private let identifier: pid_t
    private let output: Int32
    private let endsFamily: Bool
    /// Nil while it runs; the exit status, or 128 and the number of the signal.
    private(set) var status: Int32?

    /// Starts it, without a shell, in a session of its own: no signal for us reaches it, and it can ask nobody.
    ///
    /// - Parameters:
    ///   - program: looked up on the PATH.
    ///   - arguments: without the program's name.
    ///   - environment: variables set or replaced.
    ///   - input: what it reads, at most 64 KiB; nothing when left out.
    ///   - captured: the descriptor to listen to, 1 or 2; the other goes nowhere.
    ///   - endsFamily: whether the programs that it starts end with it.
    /// - Throws: the reason why it does not start.
    init(
        _ program: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        input: [UInt8]? = nil,
        capturing captured: Int32,
        endsFamily: Bool = false
    ) throws(SystemFailure) {
        var ends: [Int32] = [-1, -1]
        // Not pipe(2), which would leak into programs that another thread starts in this moment.
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw SystemFailure(errno) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 3 - captured, "/dev/null", O_RDWR, 0)
        let standardInput = try input.map { bytes throws(SystemFailure) in try Self.filled(bytes) }
        defer { if let standardInput { close(standardInput) } }
        if let standardInput {
            unsafe posix_spawn_file_actions_adddup2(&actions, standardInput, 0)
        } else {
            unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDWR, 0)
        }
        unsafe posix_spawn_file_actions_adddup2(&actions, ends[1], captured)
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        unsafe sigemptyset(&none)
        var all = sigset_t()
        unsafe sigfillset(&all)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        // What our process ignores, the program must not.
        unsafe posix_spawnattr_setsigdefault(&attributes, &all)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags) | Self.newSession)
        let words = unsafe ([program] + arguments).map { unsafe strdup($0) }
        let variables = unsafe Self.environment(environment).map { unsafe strdup($0) }
        defer { unsafe (words + variables).forEach { unsafe free($0) } }
        var child = pid_t()
        let code = unsafe posix_spawnp(&child, program, &actions, &attributes, words + [nil], variables + [nil])
        close(ends[1])
        guard code == 0 else {
            close(ends[0])
            throw SystemFailure(code)
        }
        identifier = child
        self.endsFamily = endsFamily
        output = ends[0]
        _ = fcntl(output, F_SETFL, O_NONBLOCK)
    }

    deinit {
        if status == nil {
            // It leads a session, so its own process group too.
            kill(endsFamily ? -identifier : identifier, SIGKILL)
            var status: Int32 = 0
            while unsafe waitpid(identifier, &status, 0) < 0, errno == EINTR {}
        }
        close(output)
    }

    /// A descriptor from which these bytes and then an end can be read.
    private static func filled(_ bytes: [UInt8]) throws(SystemFailure) -> Int32 {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw SystemFailure(errno) }
        defer { close(ends[1]) }
        // A socket's buffer holds more than that, so nobody has to read meanwhile.
        guard bytes.count <= 64 << 10, unsafe send(ends[1], bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
        else {
            close(ends[0])
            throw SystemFailure(E2BIG)
        }
        return ends[0]
    }

    private static func environment(_ changes: [String: String]) -> [String] {
        var result: [String] = []
        var entry = unsafe environ
        while let text = unsafe entry.pointee {
            let word = unsafe String(cString: text)
            if !changes.keys.contains(where: { word.hasPrefix("\($0)=") }) { result.append(word) }
            unsafe entry += 1
        }
        return result + changes.map { "\($0.key)=\($0.value)" }
    }

    /// What it has said since the last time.
    func takeOutput() -> [UInt8] {
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = unsafe Glibc.read(output, &buffer, buffer.count)
            guard count > 0 else { return result }
            result += buffer.prefix(count)
        }
    }

    /// Waits a moment for a word, on its pipe or on another descriptor, and looks whether it has ended.
    mutating func wait(milliseconds: Int32, also other: Int32 = -1) {
        var polled = [
            pollfd(fd: output, events: Int16(POLLIN), revents: 0), pollfd(fd: other, events: Int16(POLLIN), revents: 0),
        ]
        _ = unsafe poll(&polled, 2, milliseconds)
        var code: Int32 = 0
        guard unsafe waitpid(identifier, &code, WNOHANG) == identifier else { return }
        status = code & 0x7f == 0 ? code >> 8 & 0xff : 128 + code & 0x7f
    }
}
