import CurlClient
import Documents
import Foundation
import Storage

import Testing

@testable import Gateway
@testable import TaskQueue

@Suite("Mail about approvals", .timeLimit(.minutes(2)))
struct ApprovalMailTests {
    private func policy() throws -> MailPolicy {
        MailPolicy(
            relay: try #require(MailRelay(url: "smtp://127.0.0.1:1", security: .none)),
            from: try #require(MailAddress("farfield@lab.example")),
            admins: ["carol@lab.example", "dave@lab.example"].compactMap(MailAddress.init)
        )
    }

    private func letters(_ database: any Database) async throws -> [MailBox.Letter] {
        try await database.read { connection in
            try connection.query("SELECT payload FROM tasks WHERE kind = 'mail.deliver' ORDER BY id").map { row in
                try JSONDecoder().decode(MailBox.Letter.self, from: Data(try row.text("payload").utf8))
            }
        }
    }

    @Test("goes to the admins when a job waits, and to its owner when it is decided", arguments: Engine.allCases)
    func letters(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let box = MailBox(policy: try policy()) { name, _ in name == "alice" ? "alice@lab.example" : nil }
            let fixture = ApprovalFixture(database, mail: box)
            let job = try await fixture.submit()
            let approval = try await fixture.open(job)
            let asked = try await letters(database)
            #expect(asked.map(\.to) == ["carol@lab.example", "dave@lab.example"])
            #expect(Set(asked.map(\.identifier)).count == 2)
            #expect(asked[0].text.contains(job.id.text) && asked[0].text.contains("2 nodes are more than 1"))
            await #expect(throws: GatewayError.self) {
                try await fixture.approve(approval, by: Person(name: "alice", isAdmin: true))
            }
            #expect(try await letters(database).count == 2, "what was not decided is not told")
            try await fixture.refuse(approval, by: ApprovalFixture.carol)
            let told = try #require(try await letters(database).last)
            #expect(told.to == "alice@lab.example" && told.text.contains("carol: refused (use fewer nodes)"))
            let bob = try await fixture.open(try await fixture.submit(owner: "bob"))
            let before = try await letters(database).count
            try await fixture.approve(bob, by: ApprovalFixture.carol)
            #expect(try await letters(database).count == before, "bob has no address")
        }
    }

    @Test("is tried again while nobody listens, and is a dead letter where no relay is configured")
    func outcomes() async throws {
        try await Engine.sqlite.withSpine { database, _ in
            let queue = TaskStore()
            try await database.transaction { connection in
                try MailBox(policy: try policy()).tellAdmins(
                    "s",
                    "t",
                    about: "x",
                    at: Timestamp(seconds: 1_800_000_000),
                    on: connection
                )
            }
            let claimed = try await database.transaction {
                try queue.claim(kind: TaskKind.deliverMail, limit: 1, owner: "w", lease: .seconds(60), on: $0)
            }
            let task = try #require(claimed.first)
            guard case .retry = try await DeliverMail(policy: try policy()).run(task) else {
                Issue.record("not tried again")
                return
            }
            guard case .dead = try await DeliverMail(policy: nil).run(task) else {
                Issue.record("not given up")
                return
            }
        }
    }
}
