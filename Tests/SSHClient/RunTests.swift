import Foundation
import Testing

@testable import SSHClient

@Suite("Running commands", .timeLimit(.minutes(2)))
struct RunTests {
    @Test("exit status, output and error come back as they are", arguments: SSHEndpoint.Transport.allCases)
    func outcome(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let pool = server.pool(transport)
        let good = try await pool.run("printf 'a\\0b'; printf oops >&2; exit 3", deadline: .seconds(20))
        #expect(good.exitStatus == 3 && good.exitSignal == nil && !good.isSuccess)
        #expect(good.standardOutput == Array("a\0b".utf8))
        #expect(good.standardError == Array("oops".utf8))
        let killed = try await pool.run("kill -TERM $$", deadline: .seconds(20))
        #expect(killed.exitStatus == nil && killed.exitSignal == "TERM")
        #expect(pool.state != .idle)
        await pool.close()
    }

    @Test(
        "an exit status that comes long after the last output is not missed",
        arguments: SSHEndpoint.Transport.allCases
    )
    func lateStatus(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let output = try await server.pool(transport).run("exec >&- 2>&-; sleep 0.3; exit 7", deadline: .seconds(20))
        #expect(output.exitStatus == 7)
    }

    @Test(
        "the command's text arrives unchanged",
        arguments: SSHEndpoint.Transport.allCases,
        ["it's", "a!b", "\"$HOME\"", "back\\slash `x` %s %%", "line\nline", "ünïcode", "*?[a]~#;&|<>"]
    )
    func text(_ transport: SSHEndpoint.Transport, _ text: String) async throws {
        let server = try await SSHTestServer()
        let quoted = "'" + text.replacing("'", with: "'\\''") + "'"
        let output = try await server.pool(transport).run("printf %s \(quoted)", deadline: .seconds(20))
        #expect(String(decoding: output.standardOutput, as: UTF8.self) == text)
    }

    @Test(
        "every login shell that is installed passes the command on",
        arguments: SSHEndpoint.Transport.allCases,
        ["/bin/bash", "/bin/dash", "/usr/bin/tcsh", "/usr/bin/fish", "/usr/bin/zsh", "/usr/bin/ksh"].filter {
            FileManager.default.isExecutableFile(atPath: $0)
        }
    )
    func loginShell(_ transport: SSHEndpoint.Transport, _ shell: String) async throws {
        let server = try await SSHTestServer(options: ["ForceCommand exec \(shell) -c \"$SSH_ORIGINAL_COMMAND\""])
        let pool = try await server.connectedPool(transport)
        let text = "it's $HOME! `x` \"q\" \\n\n%d {a,b} ~ *"
        let quoted = text.replacing("'", with: "'\\''")
        for abandonment in [SSHAbandonment.killRemote, .leaveRunning] {
            let output = try await pool.run("printf %s '\(quoted)'", deadline: .seconds(20), onCancel: abandonment)
            #expect(String(decoding: output.standardOutput, as: UTF8.self) == text)
        }
        let sign = "\(Int.random(in: 100_000...900_000)).\(Int.random(in: 100_000...900_000))"
        let running = Task { try await pool.run("sleep \(sign); true", deadline: .seconds(60)) }
        try await eventually("the command runs") { !processes(with: sign).isEmpty }
        running.cancel()
        _ = await running.result
        try await eventually("the processes ended") { processes(with: sign).isEmpty }
    }

    @Test("large input and large output do not wait for each other", arguments: SSHEndpoint.Transport.allCases)
    func largeEcho(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let pool = server.pool(transport)
        let input = (0..<(3 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 8) }
        let output = try await pool.run("tee /dev/stderr", input: input, deadline: .seconds(60))
        #expect(output.standardOutput == input)
        #expect(output.standardError == input)
    }

    @Test("a command that does not read its input ends all the same", arguments: SSHEndpoint.Transport.allCases)
    func unreadInput(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let input = [UInt8](repeating: 65, count: 8 << 20)
        let output = try await server.pool(transport).run("echo done", input: input, deadline: .seconds(30))
        #expect(output.standardOutput == Array("done\n".utf8) && output.isSuccess)
    }

    @Test(
        "many at once get through, however few sessions the server allows",
        arguments: SSHEndpoint.Transport.allCases,
        [10, 2, 1]
    )
    func concurrent(_ transport: SSHEndpoint.Transport, maxSessions: Int) async throws {
        let server = try await SSHTestServer(options: ["MaxSessions \(maxSessions)"])
        let pool = server.pool(transport)
        _ = try await pool.stat("/")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    let input = Array("\(number)".utf8) + [UInt8](repeating: 10, count: 100_000)
                    let output = try await pool.run(
                        "cat; head -c 200000 /dev/zero",
                        input: input,
                        deadline: .seconds(60)
                    )
                    #expect(output.standardOutput == input + [UInt8](repeating: 0, count: 200_000))
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("more output than taken is an error, and ends the command", arguments: SSHEndpoint.Transport.allCases)
    func outputLimit(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let pool = server.pool(transport)
        let sign = "limit-\(UUID().uuidString)"
        await #expect(throws: SSHError.outputTooLarge(limit: 1000)) {
            try await pool.run("yes \(sign)", deadline: .seconds(20), outputLimit: 1000)
        }
        try await eventually("the command ended") { processes(with: sign).isEmpty }
        #expect(try await pool.run("echo yes", deadline: .seconds(20)).isSuccess)
    }

    @Test(
        "an account that runs no commands is told from a command that fails",
        arguments: SSHEndpoint.Transport.allCases
    )
    func noCommands(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer(options: ["ForceCommand echo This account is not available.; exit 1"])
        let error = await #expect(throws: SSHError.self) {
            try await server.pool(transport).run("true", deadline: .seconds(20))
        }
        #expect(error?.commandMayHaveRun == false)
        #expect(error?.description.contains("This account is not available.") == true)
    }

    @Test("what a login shell's profile prints is not the command's output", arguments: SSHEndpoint.Transport.allCases)
    func noisyProfile(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer(options: ["ForceCommand echo Welcome; eval \"$SSH_ORIGINAL_COMMAND\""])
        let output = try await server.pool(transport).run("echo answer", deadline: .seconds(20))
        #expect(output.standardOutput == Array("answer\n".utf8))
    }
}
