import ArgumentParser
import FoundationEssentials

/// `farfield people`: who uses the gateway.
struct People: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "people",
        abstract: "See who uses the gateway; add, disable and sign out.",
        discussion: """
            Examples:
              farfield people
              farfield people add visitor --role researcher
              farfield tokens create first --person visitor
              farfield people role visitor reader
              farfield people disable visitor

            These commands need an admin's token. People of an identity provider come by themselves, with the role
            their groups give them.
            """,
        subcommands: [
            ListPeople.self, ShowPerson.self, AddPerson.self, DisablePerson.self, EnablePerson.self,
            SignOutPerson.self, ChangeRole.self,
        ],
        defaultSubcommand: ListPeople.self
    )

    /// Shows people in a table.
    static func show(_ people: [Wire.Person]) throws {
        var table = Table("NAME", "ROLE", "STATE", "FROM", "E-MAIL", "SEEN")
        for person in people {
            table.add(
                person.name,
                person.role,
                person.disabledAt == nil ? "active" : "disabled",
                person.issuer ?? "here",
                person.email,
                person.seenAt.map(Moment.text)
            )
        }
        try table.print(on: .standard)
    }

    /// Shows the answer about one person, or the document itself.
    static func show(_ answer: Answer, _ options: ClientOptions) throws {
        if options.json { return try Console.standard.write(answer.body + [0x0a]) }
        try show([try answer.decode(Wire.Person.self)])
    }
}

/// `farfield people list`, and what `farfield people` does.
struct ListPeople: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "List everybody.")

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await options.connect().get(RequestTarget("people"))
        if options.json { return try Console.standard.write(answer.body + [0x0a]) }
        try People.show(try answer.decode(Wire.Page<Wire.Person>.self).items)
    }
}

/// `farfield people show`.
struct ShowPerson: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "show", abstract: "Show one person.")

    @Argument(help: "The person.")
    var name: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        try People.show(try await options.connect().get(RequestTarget("people", name)), options)
    }
}

/// `farfield people add`.
struct AddPerson: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Make a person of this gateway's own, who logs in with a token.",
        discussion: "Then give them a token: farfield tokens create LABEL --person NAME"
    )

    @Argument(help: "Letters a-z, digits, dots, dashes and underscores.")
    var name: String

    @Option(help: ArgumentHelp("reader, researcher or admin.", valueName: "role"))
    var role = "researcher"

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let wish = Wire.PersonWish(name: name, role: role)
        try People.show(try await options.connect().send("POST", RequestTarget("people"), document: wish), options)
    }
}

/// `farfield people disable`.
struct DisablePerson: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "disable",
        abstract: "Let a person in no more, whatever they show; their jobs stay."
    )

    @Argument(help: "The person.")
    var name: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        try People.show(try await options.connect().post(RequestTarget("people", name, "disable")), options)
    }
}

/// `farfield people enable`.
struct EnablePerson: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "enable", abstract: "Let a person in again.")

    @Argument(help: "The person.")
    var name: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        try People.show(try await options.connect().post(RequestTarget("people", name, "enable")), options)
    }
}

/// `farfield people sign-out`.
struct SignOutPerson: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sign-out",
        abstract: "End a person's sessions and everything they logged in with so far."
    )

    @Argument(help: "The person.")
    var name: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        try People.show(try await options.connect().post(RequestTarget("people", name, "sign-out")), options)
    }
}

/// `farfield people role`.
struct ChangeRole: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "role",
        abstract: "Give a person of this gateway's own another role."
    )

    @Argument(help: "The person.")
    var name: String

    @Argument(help: "reader, researcher or admin.")
    var role: String

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let target = RequestTarget("people", name, "role")
        try People.show(try await options.connect().send("PUT", target, document: Wire.RoleWish(role: role)), options)
    }
}
