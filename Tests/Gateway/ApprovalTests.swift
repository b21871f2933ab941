import Documents
import Foundation
import Storage
import TaskQueue
import Testing

@testable import Gateway

@Suite("Approvals", .timeLimit(.minutes(3)))
struct ApprovalTests {
    private typealias Fixture = ApprovalFixture
    private let carol = ApprovalFixture.carol
    private let dave = ApprovalFixture.dave

    @Test("hold a job, and an admin's word lets it go on", arguments: Engine.allCases)
    func straight(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let fixture = Fixture(database)
            let small = try await fixture.submit(nodes: 1)
            #expect(small.state == .queued)
            let job = try await fixture.submit()
            #expect(job.state == .held && job.submission == .none)
            #expect(job.reason?.contains("2 nodes are more than 1 (rule 'large')") == true)
            #expect(job.reason?.contains("an admin other than alice decides; ask at hpc-help@example.org") == true)
            #expect(try await fixture.gate() == [small.id])
            let approval = try await fixture.open(job)
            #expect(approval.cost == ServiceUnits("2"))
            let decided = try await fixture.approve(approval, by: carol)
            #expect(decided.approval.state == .approved && decided.decisions.map(\.person) == ["carol"])
            let released = try await fixture.job(job.id)
            #expect(released.state == .queued)
            try await fixture.ready(job)
            #expect(try await Set(fixture.gate()) == [small.id, job.id])
            #expect(try await fixture.approval(of: job.id)?.sentAt != nil)
            #expect(try await fixture.audited() == ["approval.approved"])
            let events = try await database.read { try EventStore.events(of: job.id, after: 0, limit: 10, on: $0) }
            #expect(events.map(\.kind) == [.submitted, .state, .held, .state, .approved])
            #expect(events[2].data["reasons"]?.arrayValue?.count == 1 && events[4].data["by"] == ["carol"])
        }
    }

    @Test("are not decided by the owner, by a researcher, or by a token that may not", arguments: Engine.allCases)
    func own(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let fixture = Fixture(database)
            let job = try await fixture.submit(owner: "carol")
            let approval = try await fixture.open(job)
            #expect(await kind { try await fixture.approve(approval, by: carol) } == .forbidden)
            #expect(await kind { try await fixture.refuse(approval, by: carol) } == .forbidden)
            let researcher = Person(name: "bob", role: .researcher)
            #expect(await kind { try await fixture.approve(approval, by: researcher) } == .forbidden)
            let reading = Person(name: "dave", role: .admin, scopes: [.read, .write])
            #expect(await kind { try await fixture.approve(approval, by: reading) } == .forbidden)
            #expect(try await fixture.job(job.id).state == .held)
            #expect(try await fixture.audited().isEmpty)
            try await fixture.approve(approval, by: dave)
            #expect(try await fixture.job(job.id).state == .queued)
        }
    }

    @Test("above the second threshold take two different people", arguments: Engine.allCases)
    func twoPersons(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let fixture = Fixture(database)
            let job = try await fixture.submit(nodes: 9)
            let approval = try await fixture.open(job)
            #expect(approval.needed == 2)
            try await fixture.approve(approval, by: carol)
            let half = try await fixture.job(job.id)
            #expect(half.state == .held && half.reason?.contains("1 of 2 have approved; an admin other") == true)
            #expect(await kind { try await fixture.approve(approval, by: carol) } == .conflict)
            try await fixture.approve(approval, by: dave)
            #expect(try await fixture.job(job.id).state == .queued)
            // One refusal is enough.
            let other = try await fixture.submit(nodes: 9)
            let question = try await fixture.open(other)
            try await fixture.approve(question, by: carol)
            try await fixture.refuse(question, by: dave)
            let ended = try await fixture.job(other.id)
            #expect(ended.state == .cancelled && ended.reason == "dave refused it: use fewer nodes")
        }
    }

    @Test("cover what was seen: another digest is a conflict, a changed row asks again", arguments: Engine.allCases)
    func covered(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let fixture = Fixture(database)
            let job = try await fixture.submit()
            let approval = try await fixture.open(job)
            let other = "sha256:" + String(repeating: "0", count: 64)
            #expect(await kind { try await fixture.approve(approval, by: carol, digest: other) } == .conflict)
            try await fixture.approve(approval, by: carol)
            try await fixture.ready(job)
            try await database.transaction { connection in
                try connection.execute(
                    "UPDATE jobs SET script = $2 WHERE id = $1",
                    [.text(job.id.text), .text("#!/bin/bash\nrm -rf ~\n")]
                )
            }
            #expect(try await fixture.gate().isEmpty)
            let held = try await fixture.job(job.id)
            #expect(held.state == .held && held.reason?.contains("not as it was approved: script") == true)
            let again = try await fixture.open(held)
            #expect(again.id != approval.id && again.changed == ["script"] && again.digest != approval.digest)
            #expect(await kind { try await fixture.approve(approval, by: dave) } == .conflict)
            try await fixture.approve(again, by: dave)
            try await fixture.ready(job)
            #expect(try await fixture.gate() == [job.id])
        }
    }

    @Test("notice every part of a changed row", arguments: ["manifest", "site", "owner", "retry_limit", "array_count"])
    func changedParts(column: String) async throws {
        try await Engine.sqlite.withSpine { database, _ in
            let fixture = Fixture(database)
            let job = try await fixture.submit()
            try await fixture.approve(try await fixture.open(job), by: carol)
            try await fixture.ready(job)
            let values = ["manifest": "'{\"name\":\"x\"}'", "site": "'a'", "owner": "'mallory'"]
            // At its own site nothing changes; everything else is another work.
            let value = values[column] ?? "7"
            try await database.transaction { try $0.execute("UPDATE jobs SET \(column) = \(value)") }
            #expect(try await fixture.gate().count == (column == "site" ? 1 : 0))
        }
    }

    @Test("end a job that nobody decides on, and are used in time or ask again", arguments: Engine.allCases)
    func expiry(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let fixture = Fixture(database)
            let (undecided, late) = (try await fixture.submit(), try await fixture.submit())
            let question = try await fixture.open(undecided)
            try await fixture.approve(try await fixture.open(late), by: carol)
            try await fixture.ready(late)
            fixture.clock.move(to: fixture.clock.now + .seconds(7 * 86400))
            #expect(try await fixture.gate().isEmpty)
            let held = try await fixture.job(late.id)
            #expect(held.state == .held && held.reason?.contains("its approval held until") == true)
            #expect(
                try await database.transaction { try fixture.desk.expire(question.id, on: $0) } == question.expiresAt
            )
            fixture.clock.move(to: question.expiresAt)
            #expect(try await database.transaction { try fixture.desk.expire(question.id, on: $0) } == nil)
            let ended = try await fixture.job(undecided.id)
            #expect(ended.state == .cancelled && ended.reason?.contains("Nobody decided on it until") == true)
            #expect(try await fixture.approval(of: undecided.id)?.state == .expired)
            #expect(await kind { try await fixture.approve(question, by: carol) } == .conflict)
            #expect(try await fixture.audited() == ["approval.approved", "approval.expired"])
        }
    }

    @Test("are withdrawn when the owner cancels", arguments: Engine.allCases)
    func cancelled(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let fixture = Fixture(database)
            let job = try await fixture.submit()
            let approval = try await fixture.open(job)
            try await database.transaction { _ = try fixture.store.apply(.cancelRequested, to: job.id, on: $0) }
            #expect(try await fixture.job(job.id).state == .cancelled)
            #expect(try await fixture.approval(of: job.id)?.state == .withdrawn)
            #expect(await kind { try await fixture.approve(approval, by: carol) } == .conflict)
        }
    }

    @Test("come to one end however many decide at once", arguments: Engine.allCases)
    func race(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let fixture = Fixture(database)
            for _ in 0..<10 {
                let job = try await fixture.submit()
                let approval = try await fixture.open(job)
                let outcomes = await withTaskGroup(of: GatewayError.Kind?.self) { group in
                    group.addTask { await kind { try await fixture.approve(approval, by: ApprovalFixture.carol) } }
                    group.addTask { await kind { try await fixture.refuse(approval, by: ApprovalFixture.dave) } }
                    group.addTask {
                        await kind {
                            try await database.transaction {
                                try fixture.store.apply(.cancelRequested, to: job.id, on: $0)
                            }
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                #expect(outcomes.allSatisfy { $0 == nil || $0 == .conflict })
                let (ended, decided) = (try await fixture.job(job.id), try await fixture.approval(of: job.id))
                #expect(ended.state == .cancelled, "a cancellation always comes in time here")
                #expect([.approved, .refused, .withdrawn].contains(decided?.state))
                let decisions = try await database.read { try ApprovalStore.decisions(on: approval.id, on: $0) }
                #expect(decisions.count <= 1)
            }
        }
    }

    @Test("are decided together, each by itself", arguments: Engine.allCases)
    func bulk(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let fixture = Fixture(database)
            let (first, own) = (try await fixture.submit(), try await fixture.submit(owner: "carol"))
            let approvals = [try await fixture.open(first), try await fixture.open(own)]
            let items = approvals.map { #"{"id":"\#($0.id)","digest":"\#($0.digest)"}"# }.joined(separator: ",")
            let body = try Document(json: #"{"approvals":[\#(items)],"reason":"night"}"#.utf8)
            let answers = try await fixture.service.approve(several: body, by: carol)
            #expect(answers.map(\.state) == [.approved, nil])
            #expect(answers[1].error?.kind == .forbidden)
            #expect(try await fixture.job(own.id).state == .held)
        }
    }

    @Test("leave decisions that nobody can change afterwards", arguments: Engine.allCases)
    func appendOnly(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let fixture = Fixture(database)
            try await fixture.approve(try await fixture.open(try await fixture.submit()), by: carol)
            for statement in ["UPDATE approval_decisions SET person = 'x'", "DELETE FROM approval_decisions"] {
                await #expect(throws: (any Error).self) {
                    try await database.transaction { _ = try $0.execute(statement) }
                }
            }
        }
    }

    @Test("show who asks, what they did before, and what is new", arguments: Engine.allCases)
    func dossier(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let fixture = Fixture(database)
            let first = try await fixture.submit(name: "first")
            try await fixture.approve(try await fixture.open(first), by: carol)
            fixture.clock.move(to: fixture.clock.now + .seconds(1))
            let second = try await fixture.submit(nodes: 4, name: "second")
            let page = try await fixture.service.list(.open, after: nil, limit: 10)
            #expect(page.items.map(\.job.id) == [second.id] && page.next == nil)
            let dossier = try #require(page.items.first)
            #expect(dossier.lastApproved == first.id)
            #expect(dossier.differences.map(\.path) == ["/name", "/resources/nodes"])
            #expect(dossier.history.counts == [.held: 1, .queued: 1])
            let all = try await fixture.service.list(nil, after: nil, limit: 1)
            #expect(all.items.map(\.job.id) == [first.id] && all.next == all.items[0].approval.id)
        }
    }
}
