import Foundation
import TestSupport
import Testing

@testable import CurlClient

@Suite("Mail", .timeLimit(.minutes(2)))
struct MailTests {
    private func message(_ subject: String = "hello", _ text: String = "hi") throws -> MailMessage {
        MailMessage(
            from: try #require(MailAddress("farfield@lab.example")),
            to: try #require(MailAddress("carol@lab.example")),
            subject: subject,
            text: text,
            identifier: "apr_1.0",
            writtenAt: 1_795_292_564
        )
    }

    private func start() throws -> MailRelayServer {
        let python = ProcessInfo.processInfo.environment["FARFIELD_TEST_PYTHON"]
        return try MailRelayServer(python: try #require(python, "run ./scripts/test"))
    }

    private func relay(
        _ server: MailRelayServer,
        secure: Bool = false,
        _ security: MailRelay.Security = .none,
        password: String? = nil
    ) throws -> MailRelay {
        try #require(
            MailRelay(
                url: "smtp://127.0.0.1:\(secure ? server.ports.secure : server.ports.plain)",
                security: security,
                user: password.map { _ in "gate" },
                password: password,
                trustedCertificatesPath: server.ports.certificate
            )
        )
    }

    private func failure(_ relay: MailRelay, _ message: MailMessage) async -> MailError? {
        do throws(MailError) {
            try await MailSender(relay: relay).send(message)
            return nil
        } catch {
            return error
        }
    }

    @Test("arrives as it was written, dots, long lines, any language and hostile subjects included")
    func arrives() async throws {
        let server = try start()
        let subject =
            "Zwölf Aufträge für 観測\r\nBcc: mallory@evil.example\r\n\r\nbody " + String(repeating: "é", count: 90)
        let text = ".\n..dots\n" + String(repeating: "länge ", count: 60) + "\n=3D \t\nlast"
        try await MailSender(relay: try relay(server)).send(try message(subject, text))
        let taken = try #require(try server.taken.first)
        #expect(taken.from == "farfield@lab.example" && taken.to == ["carol@lab.example"])
        #expect(taken.fields["Subject"] == subject.replacing("\r\n", with: "  "))
        #expect(taken.fieldCount == 9 && taken.fields["Bcc"] == nil)
        #expect(taken.text.replacing("\r\n", with: "\n") == text + "\n")
        #expect(taken.fields["Message-ID"] == "<apr_1.0@lab.example>")
        #expect(taken.fields["Date"] == "Sat, 21 Nov 2026 20:22:44 +0000")
        #expect(taken.longest <= 76 && !taken.secure)
    }

    @Test("goes by STARTTLS with a login, and by neither without it")
    func secure() async throws {
        let server = try start()
        let good = try relay(server, secure: true, .required, password: "s3cret-canary")
        try await MailSender(relay: good).send(try message())
        #expect(try server.taken.map(\.user) == ["gate"] && server.taken.allSatisfy(\.secure))
        let wrong = try #require(
            await failure(try relay(server, secure: true, .required, password: "wr0ng-canary"), try message())
        )
        #expect(!wrong.isTransient && !"\(wrong)".contains("canary"))
        #expect(await failure(try relay(server, secure: true, .none), try message()) != nil)
        // Another authority than the system's vouches for it.
        let untrusted = MailRelay(url: "smtp://127.0.0.1:\(server.ports.secure)", security: .required)
        let refused = await failure(try #require(untrusted), try message())
        #expect(refused?.isTransient == false)
        #expect(try server.taken.count == 1)
    }

    @Test("is told apart: for now, for good, cut off, nobody there")
    func faults() async throws {
        let server = try start()
        let relay = try relay(server)
        server.command("answer 451 4.3.0 later")
        let later = try #require(await failure(relay, try message()))
        #expect(later.isTransient && later.code == 451)
        server.command("answer 550 5.1.1 nobody")
        let never = try #require(await failure(relay, try message()))
        #expect(!never.isTransient && never.code == 550)
        server.command("drop")
        #expect(await failure(relay, try message())?.isTransient == true)
        server.command("answer 250 OK")
        #expect(await failure(relay, try message()) == nil)
        let nobody = try #require(MailRelay(url: "smtp://127.0.0.1:1", security: .none))
        #expect(await failure(nobody, try message())?.isTransient == true)
    }

    @Test(
        "knows addresses from what would break a command",
        arguments: [
            ("carol@lab.example", true), ("a.b+c@x", true), ("a@b@c", false), ("a\r\nRCPT TO:<x@y>@z", false),
            ("<a@b>", false), ("a b@c", false), ("@c", false), ("a@", false), ("a..b@c", false), ("a@-c", false),
        ]
    )
    func addresses(text: String, isGood: Bool) {
        #expect((MailAddress(text) != nil) == isGood)
    }

    @Test(
        "takes relays of its own kind only",
        arguments: [
            ("smtp://relay:25", true), ("smtps://relay", true), ("http://relay", false),
            ("smtp://user:word@relay", false), ("smtp://relay/name", false), ("relay", false),
        ]
    )
    func relays(url: String, isGood: Bool) {
        #expect((MailRelay(url: url, security: .required) != nil) == isGood)
    }
}
