import Foundation
import Testing

@testable import SSHClient

@Suite("Letting go of a command", .timeLimit(.minutes(2)))
struct AbandonmentTests {
    private let sign = "\(Int.random(in: 100_000...900_000)).\(Int.random(in: 100_000...900_000))"

    @Test("the deadline ends the remote process group", arguments: SSHEndpoint.Transport.allCases)
    func deadline(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let pool = try await server.connectedPool(transport)
        let began = ContinuousClock.now
        let error = await #expect(throws: SSHError.self) {
            try await pool.run("sleep \(sign) & sleep \(sign); true", deadline: .seconds(3))
        }
        #expect(error == .timedOut(what: "running a command", commandMayHaveRun: true))
        #expect(ContinuousClock.now - began < .seconds(8))
        try await eventually("the processes ended") { processes(with: sign).isEmpty }
        #expect(try await pool.run("true", deadline: .seconds(20)).isSuccess)
    }

    @Test("a process that ignores TERM is killed", arguments: SSHEndpoint.Transport.allCases)
    func stubborn(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let pool = try await server.connectedPool(transport)
        await #expect(throws: SSHError.self) {
            try await pool.run("trap '' TERM; sleep \(sign); sleep \(sign)", deadline: .seconds(3))
        }
        try await eventually("the processes ended") { processes(with: sign).isEmpty }
    }

    @Test("cancelling the task ends the remote process", arguments: SSHEndpoint.Transport.allCases)
    func cancellation(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let pool = try await server.connectedPool(transport)
        let running = Task { try await pool.run("sleep \(sign); true", deadline: .seconds(60)) }
        try await eventually("the command runs") { !processes(with: sign).isEmpty }
        running.cancel()
        let result = await running.result
        #expect(throws: SSHError.cancelled(commandMayHaveRun: true)) { try result.get() }
        try await eventually("the process ended") { processes(with: sign).isEmpty }
    }

    @Test(
        "a command that is to go on does, past its caller and the connection, and finishes its work",
        arguments: SSHEndpoint.Transport.allCases
    )
    func leaveRunning(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let pool = try await server.connectedPool(transport)
        let go = server.path("go")
        let done = server.path("done")
        let command = "while [ ! -e \(go) ]; do sleep 0.05; done; echo a; echo b >&2; echo finished > \(done) # \(sign)"
        let running = Task { try await pool.run(command, deadline: .seconds(60), onCancel: .leaveRunning) }
        try await eventually("the command runs") { !processes(with: sign).isEmpty }
        running.cancel()
        let result = await running.result
        #expect(throws: SSHError.cancelled(commandMayHaveRun: true)) { try result.get() }
        await pool.close()
        #expect(!processes(with: sign).isEmpty)
        #expect(FileManager.default.createFile(atPath: go, contents: nil))
        try await eventually("the work is finished") { FileManager.default.fileExists(atPath: done) }
    }

    @Test(
        "waiting for a place ends with the deadline, and nothing has run then",
        arguments: SSHEndpoint.Transport.allCases
    )
    func waiting(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        var limits = SSHLimits.forTests
        limits.maxSessions = 1
        let pool = server.pool(transport, limits)
        let first = Task { try await pool.run("sleep \(sign)", deadline: .seconds(60)) }
        try await eventually("the command runs") { !processes(with: sign).isEmpty }
        let error = await #expect(throws: SSHError.self) { try await pool.run("true", deadline: .milliseconds(200)) }
        #expect(error?.commandMayHaveRun == false)
        let second = Task { try await pool.run("true", deadline: .seconds(60)) }
        second.cancel()
        let result = await second.result
        #expect(throws: SSHError.cancelled(commandMayHaveRun: false)) { try result.get() }
        first.cancel()
        _ = await first.result
        #expect(try await pool.run("true", deadline: .seconds(30)).isSuccess)
    }
}
