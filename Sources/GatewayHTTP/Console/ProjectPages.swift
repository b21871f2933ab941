internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import Provenance

/// `/console/projects`: what is left of budgets, how fast it goes, and where that leads.
struct ProjectPages: Sendable {
    let projects: ProjectService
    let allocations: AllocationService
    private static let path = ConsoleSection.projects.path

    var routes: [Route] {
        [
            Route(.get, Self.path, .listProjects, answer: list),
            Route(.get, Self.path + "/{name}", .readProject, answer: show),
        ]
    }

    private func list(_ request: Request, _ context: GatewayContext) async throws -> Response {
        _ = try RequestQuery(request, known: [])
        let rows = try await projects.list(for: try context.authenticated).map { project in
            [
                Markup.place("\(Self.path)/\(URIText.segment(project.name))", project.name), Markup(project.title),
                Markup("\(project.members.count)"), Markup(project.contact ?? ""),
            ]
        }
        let table = Markup.table(["Project", "Title", "Members", "Contact"], rows, empty: "You are in no project.")
        return ConsolePage("Projects", for: context.visitor, table).response()
    }

    private func show(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let (name, person) = (context.parameters.get("name") ?? "", try context.authenticated)
        let project = try await projects.project(name, for: person)
        let usages = try await allocations.list(of: name, for: person)
        let members = project.members.map { Markup.element("li", [], Markup("\($0.person), \($0.role.rawValue)")) }
        return ConsolePage(
            project.title,
            for: context.visitor,
            [.facts([("Name", Markup(project.name)), ("Contact", project.contact.map { Markup($0) })])]
                + usages.map(Self.section) + (usages.isEmpty ? [.paragraph("It has no allocation.")] : [])
                + [.section("Members", .element("ul", [], members))]
        ).response()
    }

    private static func section(_ usage: AllocationUsage) -> Markup {
        let (allocation, balance) = (usage.allocation, usage.allocation.balance)
        let spent = balance.used.number + balance.reserved.number
        let meter = Markup.element(
            "meter",
            [("min", "0"), ("max", "\(max(balance.granted.number, 0.001))"), ("value", "\(max(spent, 0))")],
            Markup("\(balance.used) used, \(balance.reserved) reserved of \(balance.granted)")
        )
        let end =
            usage.forecast.exhaustedAt.map { "exhausted on \(ConsoleText.moment($0))" }
            ?? "\(usage.forecast.expiresUnused) left when it ends"
        return .section(
            "At \(allocation.site), account \(allocation.account)",
            meter,
            .facts([
                ("Available", .element("strong", [], Markup(balance.available.description))),
                ("Granted", Markup(balance.granted.description)), ("Reserved", Markup(balance.reserved.description)),
                ("Used", Markup(balance.used.description)),
                (
                    "Burn rate",
                    Markup(
                        "\(usage.forecast.perDayOfWeek) SU a day of the last 7, \(usage.forecast.perDayOfMonth) of the last 30"
                    )
                ),
                ("If it goes on", Markup(end)),
                (
                    "Time",
                    Markup("\(ConsoleText.moment(allocation.startsAt)) to \(ConsoleText.moment(allocation.endsAt))")
                ),
                ("State", allocation.isSuspended ? .badge("suspended", "bad") : nil),
                ("Slurm says", usage.slurmUsed.map { Markup("\($0) used by the account; ours \(usage.ledgerUsed)") }),
                ("Drift", usage.drift.map { Markup($0.description) }),
            ])
        )
    }
}
