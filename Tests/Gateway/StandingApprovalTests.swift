import Documents
import Foundation
import Storage
import Testing

@testable import Gateway

@Suite("Standing approvals", .timeLimit(.minutes(3)))
struct StandingApprovalTests {
    private typealias Fixture = ApprovalFixture

    @Test("answer for the jobs they name, up to their limits", arguments: Engine.allCases)
    func limits(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let fixture = Fixture(database)
            let standing = try await fixture.grant(
                #"{"person":"alice","template":"cpu","costPerJob":"4","totalCost":"7","validFor":"1d"}"#
            )
            #expect(try await fixture.submit(nodes: 2).state == .queued)
            #expect(try await fixture.submit(nodes: 2, owner: "bob").state == .held)
            #expect(try await fixture.submit(nodes: 5).state == .held, "more than one job may cost")
            #expect(try await fixture.submit(nodes: 4).state == .queued)
            #expect(try await fixture.submit(nodes: 2).state == .held, "1 SU is left")
            #expect(try await fixture.service.standing(before: nil, limit: 10).items.map(\.used) == [ServiceUnits("6")])
            let revoked = try await fixture.service.revoke(standing.id, by: ApprovalFixture.dave)
            #expect(revoked.revokedBy == "dave")
            #expect(await kind { try await fixture.service.revoke(standing.id, by: ApprovalFixture.dave) } == .conflict)
            #expect(
                try await fixture.audited() == [
                    "standing-approval.granted", "approval.approved", "approval.approved",
                    "standing-approval.revoked",
                ]
            )
        }
    }

    @Test("never answer for whoever gave them, for two people, for jobs without bounds, or too late")
    func refusals() async throws {
        try await Engine.sqlite.withSpine { database, _ in
            let fixture = Fixture(database)
            let wide = #"{"site":"a","costPerJob":1000,"totalCost":1000,"validFor":"1d"}"#
            _ = try await fixture.grant(wide)
            #expect(try await fixture.submit(owner: "carol").state == .held)
            #expect(try await fixture.submit(nodes: 9).state == .held)
            let self_ = #"{"person":"carol","costPerJob":1,"totalCost":1,"validFor":"1d"}"#
            #expect(await kind { try await fixture.grant(self_) } == .forbidden)
            let all = #"{"costPerJob":1,"totalCost":1,"validFor":"1d"}"#
            #expect(await kind { try await fixture.grant(all) } == .invalidRequest)
            let researcher = Person(name: "bob", role: .researcher)
            #expect(await kind { try await fixture.grant(wide, by: researcher) } == .forbidden)
            fixture.clock.move(to: fixture.clock.now + .seconds(86_400))
            #expect(try await fixture.submit().state == .held)
        }
    }

    @Test("are not overdrawn by many at once", arguments: Engine.allCases)
    func concurrency(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let fixture = Fixture(database)
            _ = try await fixture.grant(#"{"person":"alice","costPerJob":2,"totalCost":10,"validFor":"1d"}"#)
            let states = try await withThrowingTaskGroup(of: JobState.self) { group in
                for _ in 0..<20 { group.addTask { try await fixture.submit(nodes: 2).state } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(states.count { $0 == .queued } == 5)
            #expect(try await fixture.service.standing(before: nil, limit: 1).items.map(\.used) == [ServiceUnits("10")])
        }
    }

    @Test("get back what a job did not use", arguments: Engine.allCases)
    func givenBack(engine: Engine) async throws {
        try await engine.withSpine { database, _ in
            let fixture = Fixture(database)
            _ = try await fixture.grant(#"{"person":"alice","costPerJob":2,"totalCost":2,"validFor":"1d"}"#)
            let (used, spare) = (try await fixture.submit(), try await fixture.submit())
            #expect(used.state == .queued && spare.state == .held)
            try await database.transaction { _ = try fixture.store.apply(.cancelRequested, to: used.id, on: $0) }
            let third = try await fixture.submit()
            #expect(third.state == .queued)
            #expect(try await fixture.gate() == [third.id])
            // What was sent was used, whatever becomes of it.
            try await database.transaction { _ = try fixture.store.apply(.cancelRequested, to: third.id, on: $0) }
            #expect(try await fixture.submit().state == .held)
        }
    }
}
