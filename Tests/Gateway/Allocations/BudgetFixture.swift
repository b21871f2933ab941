import Documents
import Storage
import TaskQueue

@testable import Gateway

/// Projects and allocations for tests, written as an admin would.
enum BudgetFixture {
    static let now = Timestamp(seconds: 1_800_000_000)

    static func project(_ name: String = "crab", members: [ProjectMember] = []) -> Project {
        Project(
            name: name,
            title: "The Crab",
            contact: "crab@example.org",
            createdAt: now,
            members: members
        )
    }

    static func allocation(
        _ project: String = "crab",
        site: String = "one",
        account: String = "tg-crab",
        from start: Timestamp = now + .seconds(-86_400),
        until end: Timestamp = now + .seconds(86_400 * 365 * 10),
        isSuspended: Bool = false,
        balance: Balance = Balance()
    ) -> Allocation {
        var random = SystemRandomNumberGenerator()
        return Allocation(
            id: AllocationID(at: now, random: &random),
            project: project,
            site: site,
            account: account,
            startsAt: start,
            endsAt: end,
            isSuspended: isSuspended,
            createdAt: now,
            balance: balance
        )
    }

    static func units(_ text: String) -> ServiceUnits { ServiceUnits(text) ?? .zero }

    /// Writes a project with one allocation of so many units.
    static func grant(
        _ amount: String,
        to allocation: Allocation,
        of project: Project = project(),
        on connection: any StorageConnection
    ) throws -> Funding {
        _ = try ProjectStore.insert(project, on: connection)
        try AllocationStore.insert(allocation, on: connection)
        _ = try LedgerStore.post(
            .grant(units(amount)),
            to: allocation.id,
            .init(person: "admin"),
            at: now,
            on: connection
        )
        let stored = try AllocationStore.find(allocation.id, on: connection) ?? allocation
        return Funding(project: project, allocation: stored)
    }

    static func price(hours: Int, nodes: Int = 1, attempts: Int = 1, tasks: Int = 1) -> JobPrice {
        JobPrice(
            site: "one",
            partition: "normal",
            nodes: nodes,
            tasks: tasks,
            walltimeSeconds: hours * 3600,
            attempts: attempts,
            rate: .one,
            project: "crab",
            allocation: nil
        )
    }

    static func manifest(_ yaml: String) throws -> JobManifest { try JobManifestReader.read(try .init(yaml: yaml)) }
}
