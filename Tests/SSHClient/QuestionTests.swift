import Foundation
import Glibc
import Logging
import Synchronization
import Testing

@testable import SSHClient

/// A real sshd that asks for a password and a one-time code through PAM, as TACC's does.
///
/// Its PAM service bears a name of its own, so it leaves the system's sshd alone; that file is the one thing outside
/// the test's folder, for PAM reads no other place.
private final class AskingServer: Sendable {
    let server: SSHTestServer
    static let password = "correct horse"
    static let secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    private let service: String

    init() async throws {
        server = try await SSHTestServer()
        server.stop()
        service = "farfield-" + UUID().uuidString.lowercased()
        let check = "#!/bin/sh\nIFS= read -r word\n[ \"$word\" = '\(Self.password)' ]\n"
        try check.write(toFile: server.path("check"), atomically: true, encoding: .utf8)
        unsafe chmod(server.path("check"), 0o700)
        let hex = "12345678901234567890".utf8.map { String($0, radix: 16) }.joined()
        try "HOTP/T30/6 \(server.user) - \(hex)\n".write(toFile: server.path("oath"), atomically: true, encoding: .utf8)
        unsafe chmod(server.path("oath"), 0o600)
        try """
        auth requisite pam_exec.so expose_authtok quiet \(server.path("check"))
        auth required pam_oath.so usersfile=\(server.path("oath")) window=5 digits=6
        account required pam_permit.so
        session required pam_permit.so

        """.write(toFile: "/etc/pam.d/\(service)", atomically: true, encoding: .utf8)
        // A program's name is the name of its PAM service.
        try FileManager.default.createSymbolicLink(atPath: server.path(service), withDestinationPath: "/usr/sbin/sshd")
        try server.configure { text in
            "UsePAM yes\nKbdInteractiveAuthentication yes\nPermitRootLogin yes\n"
                + "AuthenticationMethods keyboard-interactive\nMaxAuthTries 3\n\(text)"
        }
        try await server.start(program: server.path(service))
    }

    deinit { try? FileManager.default.removeItem(atPath: "/etc/pam.d/\(service)") }

    func pool(
        _ transport: SSHEndpoint.Transport,
        _ authentication: SSHAuthentication,
        key: Bool = false
    ) -> SSHConnectionPool {
        var endpoint = server.endpoint(transport)
        if !key { endpoint.privateKeyPath = nil }
        var limits = SSHLimits.forTests
        limits.connectTimeout = .seconds(60)
        // Only a refusal that is final keeps from trying again at once.
        limits.reconnectDelay = .zero
        limits.reconnectDelayLimit = .zero
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        return SSHConnectionPool(endpoint: endpoint, authentication: authentication, limits: limits, logger: logger)
    }

    func stored(password: String = AskingServer.password, secret: String = AskingServer.secret) throws -> StoredAnswers
    {
        let id = UUID().uuidString
        try "\(password)\n".write(toFile: server.path("password-\(id)"), atomically: true, encoding: .utf8)
        try "\(secret)\n".write(toFile: server.path("secret-\(id)"), atomically: true, encoding: .utf8)
        return StoredAnswers(
            passwordFile: server.path("password-\(id)"),
            code: .secretFile(server.path("secret-\(id)"))
        )
    }
}

/// Counts what a server asks, and answers by another.
private final class Counting: SSHResponder {
    private let other: any SSHResponder
    private let count = Mutex(0)
    var asked: Int { count.withLock { $0 } }

    init(_ other: any SSHResponder) { self.other = other }

    func answer(
        _ question: SSHQuestion,
        timesAsked: Int,
        until deadline: ContinuousClock.Instant
    ) throws(SSHNoAnswer) -> String {
        count.withLock { $0 += 1 }
        return try other.answer(question, timesAsked: timesAsked, until: deadline)
    }
}

@Suite("Passwords and one-time codes", .timeLimit(.minutes(3)))
struct QuestionTests {
    @Test(
        "the codes of RFC 6238, appendix B",
        arguments: [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")]
    )
    func codes(_ time: UInt64, _ code: String) throws {
        let secret = try #require(OneTimeCode(secret: "gezd gnbv gy3t qojq gezd gnbv gy3t qojq"))
        #expect(secret.code(counter: time / 30) == code)
        #expect(OneTimeCode(secret: "not base 32!") == nil)
    }

    @Test(
        "what is asked for",
        arguments: [
            ("Password: ", QuestionKind.password), ("TACC Token Code:", .code),
            ("One-time password (OATH) for `root': ", .code),
            ("Verification code: ", .code), ("Passcode or option (1-3): ", .code), ("Favourite colour?", .other),
        ]
    )
    func kinds(_ text: String, _ kind: QuestionKind) { #expect(QuestionKind.of(text) == kind) }

    @Test("a password and a code from their files", arguments: SSHEndpoint.Transport.allCases)
    func stored(_ transport: SSHEndpoint.Transport) async throws {
        let asking = try await AskingServer()
        let pool = asking.pool(transport, .answered(by: try asking.stored(), login: "site"))
        #expect(try await pool.run("true", deadline: .seconds(60)).isSuccess)
        await pool.close()
    }

    @Test("a code from a program", arguments: SSHEndpoint.Transport.allCases)
    func command(_ transport: SSHEndpoint.Transport) async throws {
        let asking = try await AskingServer()
        try AskingServer.password.write(toFile: asking.server.path("pw"), atomically: true, encoding: .utf8)
        let code = try #require(OneTimeCode(secret: AskingServer.secret)).code(counter: UInt64(time(nil)) / 30)
        let answers = StoredAnswers(passwordFile: asking.server.path("pw"), code: .command(["printf", "%s\\n", code]))
        let pool = asking.pool(transport, .answered(by: answers, login: "site"))
        #expect(try await pool.run("true", deadline: .seconds(60)).isSuccess)
        await pool.close()
    }

    @Test("a wrong password is tried once and never again by ourselves", arguments: SSHEndpoint.Transport.allCases)
    func lock(_ transport: SSHEndpoint.Transport) async throws {
        let asking = try await AskingServer()
        let counting = Counting(try asking.stored(password: "wrong"))
        let pool = asking.pool(transport, .answered(by: counting, login: "site"))
        for _ in 0..<3 {
            let error = await #expect(throws: SSHError.self) { try await pool.run("true", deadline: .seconds(60)) }
            guard case .authenticationRefused = error else {
                Issue.record("\(String(describing: error))")
                return
            }
        }
        #expect(counting.asked <= 2)
        // By hand it may be tried again, and then everything goes on.
        let login = SSHLogin()
        pool.begin(login)
        try await answer(login, transport)
        #expect(try await pool.run("true", deadline: .seconds(60)).isSuccess)
        await pool.close()
    }

    @Test(
        "without a person nothing is tried; with one it works, and again without a break",
        arguments: SSHEndpoint.Transport.allCases
    )
    func person(_ transport: SSHEndpoint.Transport) async throws {
        let asking = try await AskingServer()
        let pool = asking.pool(transport, .person(login: "stampede3"))
        let needed = SSHError.loginNeeded(login: "stampede3")
        await #expect(throws: needed) { try await pool.run("true", deadline: .seconds(20)) }
        #expect(needed.hint.contains("farfield sites login stampede3") && needed.isTransient)
        let login = SSHLogin()
        pool.begin(login)
        try await answer(login, transport)
        let first = try await pool.run("echo $SSH_CONNECTION", deadline: .seconds(20))
        #expect(first.isSuccess)
        // Whoever logs in before the site ends it goes on without a break. The code was spent, so the next is waited for.
        let spent = UInt64(time(nil)) / 30
        try await eventually("the next code is due") { UInt64(time(nil)) / 30 > spent }
        let again = SSHLogin()
        pool.begin(again)
        try await answer(again, transport)
        let second = try await pool.run("echo $SSH_CONNECTION", deadline: .seconds(20))
        #expect(second.isSuccess && second.standardOutput != first.standardOutput)
        asking.server.stop()
        try await eventually("the loss is seen") { if case .connected = pool.state { false } else { true } }
        await #expect(throws: needed) { try await pool.run("true", deadline: .seconds(20)) }
        await pool.close()
    }

    @Test(
        "a login that is given up tells so, and the server counts no failure",
        arguments: SSHEndpoint.Transport.allCases,
        [false, true]
    )
    func abandoned(_ transport: SSHEndpoint.Transport, isClosing: Bool) async throws {
        let asking = try await AskingServer()
        let pool = asking.pool(transport, .person(login: "site"))
        let login = SSHLogin()
        pool.begin(login)
        guard case .question = await login.nextStep() else {
            Issue.record("no question")
            return
        }
        // One that waits for a person does not keep the gateway from ending either.
        if isClosing { await pool.close() } else { login.abandon() }
        var step = await login.nextStep()
        while case .question = step { step = await login.nextStep() }
        guard case .failed(.authenticationRefused(_, _, let reason)) = step else {
            Issue.record("\(step)")
            return
        }
        #expect(reason.contains("given up"))
        await pool.close()
    }

    /// Types what is asked for.
    private func answer(_ login: SSHLogin, _ transport: SSHEndpoint.Transport) async throws {
        let secret = try #require(OneTimeCode(secret: AskingServer.secret))
        while true {
            switch await login.nextStep() {
            case .question(let question):
                let isCode = QuestionKind.of(question.text) == .code
                login.answer(isCode ? secret.code(counter: UInt64(time(nil)) / 30) : AskingServer.password)
            case .connected: return
            case .failed(let error): throw error
            }
        }
    }
}
