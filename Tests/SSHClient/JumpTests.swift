import Foundation
import Glibc
import Testing

@testable import SSHClient

@Suite("Jump hosts", .timeLimit(.minutes(2)))
struct JumpTests {
    /// A target and the two hosts on the way to it.
    private struct Way {
        let target: SSHTestServer
        let first: SSHTestServer
        let second: SSHTestServer

        init() async throws {
            target = try await SSHTestServer()
            first = try await SSHTestServer()
            second = try await SSHTestServer()
        }

        /// The target by way of both; each has its own key and its own host key, all known in one file.
        func endpoint(_ transport: SSHEndpoint.Transport) throws -> SSHEndpoint {
            var known = ""
            for server in [target, first, second] {
                known += try String(contentsOfFile: server.path("known"), encoding: .utf8)
            }
            try known.write(toFile: target.path("all-known"), atomically: true, encoding: .utf8)
            var endpoint = target.endpoint(transport)
            endpoint.knownHostsPath = target.path("all-known")
            endpoint.jumps = [first, second].map { server in
                SSHJump(host: "127.0.0.1", port: server.port, user: server.user, privateKeyPath: server.path("user"))
            }
            return endpoint
        }
    }

    @Test(
        "a target behind two jump hosts: commands, files, and much of both",
        arguments: SSHEndpoint.Transport.allCases
    )
    func throughTwo(_ transport: SSHEndpoint.Transport) async throws {
        let way = try await Way()
        let pool = way.target.pool(try way.endpoint(transport))
        let input = (0..<(3 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 7 ^ $0 >> 8) }
        let output = try await pool.run("cat", input: input, deadline: .seconds(60))
        #expect(output.standardOutput == input)
        try await pool.writeFile(way.target.path("data"), input)
        #expect(try await pool.readFile(way.target.path("data"), length: input.count) == input)
        await pool.close()
    }

    @Test(
        "a jump host whose key is not known is refused, and the error speaks of it",
        arguments: SSHEndpoint.Transport.allCases
    )
    func unknownJump(_ transport: SSHEndpoint.Transport) async throws {
        let way = try await Way()
        let endpoint = try way.endpoint(transport)
        let target = try String(contentsOfFile: way.target.path("known"), encoding: .utf8)
        try target.write(toFile: way.target.path("all-known"), atomically: true, encoding: .utf8)
        let error = await #expect(throws: SSHError.self) {
            try await way.target.pool(endpoint).run("true", deadline: .seconds(20))
        }
        #expect(error?.commandMayHaveRun == false)
        #expect(error?.description.contains("host key") == true)
    }

    @Test("a jump host that does not let us through, and one that dies", arguments: SSHEndpoint.Transport.allCases)
    func brokenWay(_ transport: SSHEndpoint.Transport) async throws {
        let way = try await Way()
        let pool = way.target.pool(try way.endpoint(transport))
        #expect(try await pool.run("true", deadline: .seconds(30)).isSuccess)
        let sign = "\(Int.random(in: 100_000...900_000)).\(Int.random(in: 100_000...900_000))"
        let running = Task { try await pool.run("sleep \(sign)", deadline: .seconds(60)) }
        try await eventually("it runs") { !processes(with: sign).isEmpty }
        defer { for process in processes(with: sign) { kill(process, SIGKILL) } }
        way.second.stop()
        let result = await running.result
        let error = #expect(throws: SSHError.self) { try result.get() }
        guard case .connectionLost = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        guard
            case .cannotConnect? = await #expect(
                throws: SSHError.self,
                performing: {
                    try await pool.run("true", deadline: .seconds(30))
                }
            )
        else {
            Issue.record("another error")
            return
        }
        try way.second.configure { "AllowTcpForwarding no\n\($0)" }
        try await way.second.start()
        await #expect(throws: SSHError.self) { try await pool.run("true", deadline: .seconds(30)) }
    }

    @Test(
        "how a jump host is written",
        arguments: [
            ("bastion", SSHJump(host: "bastion")),
            ("me@bastion.example.org:2222", SSHJump(host: "bastion.example.org", port: 2222, user: "me")),
            ("[::1]:22", SSHJump(host: "::1", port: 22)),
            ("-oProxyCommand=x", nil), ("a b", nil), ("host:99999", nil), ("", nil), ("a,b", nil),
        ]
    )
    func text(_ text: String, _ jump: SSHJump?) { #expect(SSHJump(text) == jump) }
}
