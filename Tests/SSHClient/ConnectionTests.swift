import Foundation
import Testing

@testable import SSHClient

@Suite("Connections that come and go", .timeLimit(.minutes(2)))
struct ConnectionTests {
    private let sign = "\(Int.random(in: 100_000...900_000)).\(Int.random(in: 100_000...900_000))"

    @Test(
        "a server that dies under a command leaves its outcome open; the next call finds the new server",
        arguments: SSHEndpoint.Transport.allCases
    )
    func serverDies(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let pool = server.pool(transport)
        let running = Task { try await pool.run("sleep \(sign); true", deadline: .seconds(60)) }
        try await eventually("the command runs") { !processes(with: sign).isEmpty }
        server.stop()
        let result = await running.result
        #expect(throws: SSHError.connectionLost(commandMayHaveRun: true)) { try result.get() }
        try await server.start()
        #expect(try await pool.run("echo again", deadline: .seconds(20)).isSuccess)
    }

    @Test("a server restarted between two calls goes unnoticed", arguments: SSHEndpoint.Transport.allCases)
    func restart(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let pool = server.pool(transport)
        for _ in 0..<5 {
            #expect(try await pool.stat("/")?.kind == .directory)
            #expect(try await pool.run("true", deadline: .seconds(20)).isSuccess)
            server.stop()
            try await server.start()
        }
        #expect(try await pool.run("true", deadline: .seconds(20)).isSuccess)
    }

    @Test("a cut connection fails what was under way and only that", arguments: SSHEndpoint.Transport.allCases)
    func cut(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let proxy = try CuttingProxy(to: server.port)
        defer { proxy.close() }
        var endpoint = server.endpoint(transport)
        endpoint.port = proxy.port
        try server.trust(server.publicKey("host"), as: "[127.0.0.1]:\(proxy.port)")
        let pool = server.pool(endpoint)
        for round in 0..<3 {
            let running = (0..<4).map { _ in Task { try await pool.run("sleep \(sign)", deadline: .seconds(60)) } }
            try await eventually("the commands run") { processes(with: "sleep\0\(sign)").count >= 4 * (round + 1) }
            proxy.cut()
            for task in running {
                let result = await task.result
                #expect(throws: SSHError.connectionLost(commandMayHaveRun: true)) { try result.get() }
            }
            #expect(try await pool.run("true", deadline: .seconds(20)).isSuccess)
        }
        for process in processes(with: sign) { kill(process, SIGKILL) }
    }

    @Test(
        "a cut in the middle of a transfer is told, and the file channel comes back",
        arguments: SSHEndpoint.Transport.allCases
    )
    func cutTransfer(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let proxy = try CuttingProxy(to: server.port)
        defer { proxy.close() }
        var endpoint = server.endpoint(transport)
        endpoint.port = proxy.port
        try server.trust(server.publicKey("host"), as: "[127.0.0.1]:\(proxy.port)")
        let pool = server.pool(endpoint)
        try await pool.writeFile(server.path("data"), [UInt8](repeating: 7, count: 8 << 20))
        await #expect(throws: SSHError.connectionLost(commandMayHaveRun: true)) {
            try await pool.download(server.path("data"), limit: 1 << 30) { _ in proxy.cut() }
        }
        #expect(try await pool.stat(server.path("data"))?.size == 8 << 20)
    }

    @Test(
        "nobody listens: the reason at once, then the same answer without another attempt",
        arguments: SSHEndpoint.Transport.allCases
    )
    func refused(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        server.stop()
        var limits = SSHLimits.forTests
        limits.reconnectDelay = .seconds(600)
        limits.reconnectDelayLimit = .seconds(600)
        let pool = server.pool(transport, limits)
        let expected = SSHError.cannotConnect(host: "127.0.0.1", port: server.port, reason: "Connection refused")
        await #expect(throws: expected) { try await pool.run("true", deadline: .seconds(20)) }
        try await server.start()
        await #expect(throws: expected) { try await pool.run("true", deadline: .seconds(20)) }
        guard case .failed(expected, _) = pool.state else {
            Issue.record("\(pool.state)")
            return
        }
    }

    @Test("a name that does not resolve", arguments: SSHEndpoint.Transport.allCases)
    func unknownName(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        var endpoint = server.endpoint(transport)
        endpoint.host = "no-such-host.invalid"
        let pool = server.pool(endpoint)
        guard
            case .cannotConnect("no-such-host.invalid", _, _)? = await #expect(
                throws: SSHError.self,
                performing: {
                    try await pool.run("true", deadline: .seconds(30))
                }
            )
        else {
            Issue.record("another error")
            return
        }
    }

    @Test("a port that accepts and says nothing is given up", arguments: SSHEndpoint.Transport.allCases)
    func silent(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        server.stop()
        let silent = try SilentListener(port: server.port)
        defer { silent.close() }
        var limits = SSHLimits.forTests
        limits.connectTimeout = .milliseconds(300)
        let pool = server.pool(transport, limits)
        let error = await #expect(throws: SSHError.self) { try await pool.run("true", deadline: .seconds(20)) }
        #expect(error == .timedOut(what: "connecting to \(server.endpoint(transport))", commandMayHaveRun: false))
    }

    @Test("an unused connection is closed, and opened again when needed", arguments: SSHEndpoint.Transport.allCases)
    func idle(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        var limits = SSHLimits.forTests
        limits.idleTimeout = .milliseconds(100)
        let pool = server.pool(transport, limits)
        #expect(try await pool.run("true", deadline: .seconds(20)).isSuccess)
        try await eventually("the connection is closed") { pool.state == .idle }
        #expect(try await pool.run("true", deadline: .seconds(20)).isSuccess)
    }

    @Test(
        "a server that asks whether we live is answered on an unused connection",
        arguments: SSHEndpoint.Transport.allCases
    )
    func serverAsks(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer(options: ["ClientAliveInterval 1", "ClientAliveCountMax 4"])
        let pool = server.pool(transport)
        let before = try await pool.run("echo $SSH_CONNECTION", deadline: .seconds(20))
        let began = ContinuousClock.now
        try await eventually("it has asked several times") { began.duration(to: .now) > .seconds(8) }
        let after = try await pool.run("echo $SSH_CONNECTION", deadline: .seconds(20))
        #expect(after.standardOutput == before.standardOutput)
    }

    @Test("a closed pool answers, and does not hang", arguments: SSHEndpoint.Transport.allCases)
    func closed(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        let pool = server.pool(transport)
        let running = Task { try await pool.run("sleep \(sign)", deadline: .seconds(60)) }
        try await eventually("the command runs") { !processes(with: sign).isEmpty }
        await pool.close()
        let result = await running.result
        #expect(throws: SSHError.self) { try result.get() }
        await #expect(throws: SSHError.cancelled(commandMayHaveRun: false)) {
            try await pool.run("true", deadline: .seconds(20))
        }
        for process in processes(with: sign) { kill(process, SIGKILL) }
    }

    @Test("several connections share the work when allowed", arguments: SSHEndpoint.Transport.allCases)
    func severalConnections(_ transport: SSHEndpoint.Transport) async throws {
        let server = try await SSHTestServer()
        var limits = SSHLimits.forTests
        limits.maxSessions = 2
        limits.maxConnections = 3
        let pool = server.pool(transport, limits)
        let parents = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<6 {
                group.addTask {
                    let output = try await pool.run("sleep 0.5; echo $SSH_CONNECTION", deadline: .seconds(30))
                    return String(decoding: output.standardOutput, as: UTF8.self)
                }
            }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(parents.count > 1 && parents.count <= 3)
    }
}
