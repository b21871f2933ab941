import ArgumentParser
import CurlClient
import FoundationEssentials

/// `farfield projects`: people who share budgets.
struct Projects: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "projects",
        abstract: "Show projects, make them, and set who is a member.",
        discussion: """
            Examples:
              farfield projects
              farfield projects show crab
              farfield projects add crab --title "The Crab nebula" --manager anna --member bert
              farfield projects members crab --manager anna --member bert --member carl

            Making projects and setting members needs an admin's token.
            """,
        subcommands: [ListProjects.self, ShowProject.self, AddProject.self, SetMembers.self],
        defaultSubcommand: ListProjects.self
    )
}

/// `farfield projects list`, and what `farfield projects` does.
struct ListProjects: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List the projects you may see.")

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await options.connect().get(RequestTarget("projects"))
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let projects = try answer.decode(Wire.Page<Wire.Project>.self).items
        guard !projects.isEmpty else {
            Console.standard.note("There are no projects of yours.")
            return
        }
        var table = Table("NAME", "MEMBERS", "CONTACT", "TITLE")
        for project in projects {
            table.add(project.name, String(project.members.count), project.contact, project.title)
        }
        try table.print(on: .standard)
    }
}

/// `farfield projects show`: members and allocations of one.
struct ShowProject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a project's members and what is left of its allocations."
    )

    @Argument(help: "The project.")
    var name: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let client = options.connect()
        let answer = try await client.get(RequestTarget("projects", name))
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let project: Wire.Project = try answer.decode()
        try Console.standard.line("\(printable(project.name))  \(printable(project.title))")
        for member in project.members { try Console.standard.line("  \(member.role)  \(printable(member.person))") }
        let page = try await client.get(RequestTarget("projects", name, "allocations"))
        try AllocationText.print(try page.decode(Wire.Page<Wire.Allocation>.self).items)
    }
}

/// Who belongs to a project, as options.
struct MemberOptions: ParsableArguments {
    @Option(
        name: .customLong("manager"),
        help: ArgumentHelp("Somebody who is asked about the budget; may be repeated.", valueName: "person")
    )
    var managers: [String] = []

    @Option(
        name: .customLong("member"),
        help: ArgumentHelp("Somebody who may charge it; may be repeated.", valueName: "person")
    )
    var members: [String] = []

    /// All of them.
    var all: [Wire.ProjectMember] {
        managers.map { .init(person: $0, role: "manager") } + members.map { .init(person: $0, role: "member") }
    }
}

/// `farfield projects add`: makes one.
struct AddProject: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Make a project.")

    @Argument(help: "Its name: small letters, digits and . _ -, given once and for good.")
    var name: String

    @Option(help: ArgumentHelp("What it is about.", valueName: "text"))
    var title: String

    @Option(help: ArgumentHelp("Whom to ask about its budget.", valueName: "e-mail"))
    var contact: String?

    @OptionGroup var people: MemberOptions
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let wish = Wire.ProjectWish(name: name, title: title, contact: contact, members: people.all)
        let answer = try await options.connect().post(
            RequestTarget("projects"),
            body: Array(try JSONEncoder().encode(wish)),
            headers: ["Content-Type": "application/json"]
        )
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
        } else {
            try Console.standard.line("made \(name)")
        }
    }
}

/// `farfield projects members`: sets who is a member.
struct SetMembers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "members",
        abstract: "Make these the members of a project, and nobody else."
    )

    @Argument(help: "The project.")
    var name: String

    @OptionGroup var people: MemberOptions
    @OptionGroup var options: ClientOptions

    func run() async throws {
        let wish = Wire.MembersWish(members: people.all)
        let answer = try await options.connect().put(
            RequestTarget("projects", name, "members"),
            body: Array(try JSONEncoder().encode(wish)),
            headers: ["Content-Type": "application/json"]
        )
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
        } else {
            try Console.standard.line("\(name) has \(people.all.count) members")
        }
    }
}
