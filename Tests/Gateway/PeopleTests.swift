import Documents
import Foundation
import Logging
import Storage
import Synchronization
import Testing

@testable import Gateway

/// A clock that the test moves.
final class PeopleClock: Sendable {
    private let moment = Mutex(Timestamp(seconds: 1_800_000_000))

    var now: Timestamp { moment.withLock { $0 } }
    var keeper: TimeKeeper { TimeKeeper { self.now } }

    func pass(_ time: Duration) { moment.withLock { $0 = $0 + time } }
}

/// The people of a gateway with a state folder, without anything else.
struct PeopleBench {
    let database: any Database
    let clock = PeopleClock()
    let home: String
    let people: People

    /// Who comes with the first admin's token.
    static func with(
        _ engine: Engine,
        policy: PeoplePolicy = PeoplePolicy(),
        exchange: @escaping ProviderExchange = { _ in throw CancellationError() },
        _ body: (PeopleBench) async throws -> Void
    ) async throws {
        try await engine.withSpine { database, _ in
            let bench = try PeopleBench(database, policy, exchange)
            defer { try? FileManager.default.removeItem(atPath: bench.home) }
            try await body(bench)
        }
    }

    private init(_ database: any Database, _ policy: PeoplePolicy, _ exchange: @escaping ProviderExchange) throws {
        self.database = database
        home = NSTemporaryDirectory() + "farfield-people-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        people = Self.neighbour(database, policy, exchange, clock)
    }

    /// Another gateway's view of the same database.
    static func neighbour(
        _ database: any Database,
        _ policy: PeoplePolicy,
        _ exchange: @escaping ProviderExchange,
        _ clock: PeopleClock
    ) -> People {
        People(
            database: database,
            policy: policy,
            publicURL: "https://gateway.example",
            exchange: exchange,
            keeper: clock.keeper,
            logger: Logger(label: "test")
        )
    }

    func firstToken() async throws -> String? {
        try await FirstToken.settle(home: home, database, at: clock.now)
    }

    func come(_ token: String, to people: People? = nil) async throws -> Credential {
        try await (people ?? self.people).authenticator.bearer(token, from: .init(address: "127.0.0.1", request: "r"))
    }

    func admin() async throws -> (Person, String) {
        let token = try #require(try await firstToken())
        return (try await come(token).person, token)
    }

    func document(_ json: String) throws -> Document { try Document(json: Array(json.utf8)) }

    func auditActions() async throws -> [String] {
        try await database.read {
            try $0.query("SELECT action FROM audit ORDER BY sequence").map { try $0.text("action") }
        }
    }
}

@Suite("People and their tokens")
struct PeopleTests {
    @Test("the first admin's token is made once, and afterwards the database decides", arguments: Engine.allCases)
    func firstToken(engine: Engine) async throws {
        try await PeopleBench.with(engine) { bench in
            let token = try #require(try await bench.firstToken())
            #expect(try await bench.firstToken() == nil)
            let admin = try await bench.come(token).person
            #expect(admin.name == "admin" && admin.isAdmin && admin.origin.address == "127.0.0.1")
            let file = bench.home + "/admin.token"
            let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            #expect(try String(contentsOfFile: file, encoding: .utf8) == token + "\n")

            // Without the file nothing changes; a revoked token does not come back with it either.
            try FileManager.default.removeItem(atPath: file)
            #expect(try await bench.firstToken() == nil)
            try (token + "\n").write(toFile: file, atomically: true, encoding: .utf8)
            let own = try await bench.people.tokens.list(of: nil, for: admin)
            try await bench.people.tokens.revoke(try #require(own.first).id, of: nil, by: admin)
            #expect(try await bench.firstToken() == nil)
            await #expect(throws: Refusal.revoked) { try await bench.come(token) }

            let another = try await FirstToken.makeAnother(home: bench.home, bench.database, at: bench.clock.now)
            #expect(try await bench.come(another).person.isAdmin)
            #expect(try String(contentsOfFile: file, encoding: .utf8) == another + "\n")
        }
    }

    @Test("an older gateway's admin.token goes on working", arguments: Engine.allCases)
    func olderToken(engine: Engine) async throws {
        try await PeopleBench.with(engine) { bench in
            let token = "ff_" + String(repeating: "0a", count: 32)
            try (token + "\n").write(toFile: bench.home + "/admin.token", atomically: true, encoding: .utf8)
            #expect(try await bench.firstToken() == nil)
            #expect(try await bench.come(token).person.isAdmin)
        }
    }

    @Test("a token allows no more than the one it is made with", arguments: Engine.allCases)
    func scopes(engine: Engine) async throws {
        try await PeopleBench.with(engine) { bench in
            let (admin, _) = try await bench.admin()
            _ = try await bench.people.directory.create(
                bench.document(#"{"name": "ada", "role": "researcher"}"#),
                by: admin
            )
            let wish = #"{"label": "pipeline", "scopes": ["read", "write"], "expiresIn": "1h"}"#
            let made = try await bench.people.tokens.create(bench.document(wish), for: "ada", by: admin)
            let ada = try await bench.come(made.secret).person
            #expect(ada.role == .researcher && ada.scopes == [.read, .write] && ada.name == "ada")
            await #expect(throws: GatewayError.self) {
                try await bench.people.tokens.create(bench.document(#"{"label": "x", "scopes": ["admin"]}"#), by: ada)
            }
            await #expect(throws: GatewayError.self) {
                try await bench.people.tokens.create(bench.document(#"{"label": "x"}"#), for: "admin", by: ada)
            }
            let adminsOwn = try #require(try await bench.people.tokens.list(of: nil, for: admin).first)
            await #expect(throws: GatewayError.self) {
                try await bench.people.tokens.revoke(adminsOwn.id, of: "admin", by: ada)
            }
            await #expect(throws: GatewayError.self) {
                try await bench.people.tokens.revoke(adminsOwn.id, of: nil, by: ada)
            }
            #expect(try await bench.people.tokens.list(of: nil, for: ada).first?.lastUsedAt == bench.clock.now)
            bench.clock.pass(.seconds(3600))
            await #expect(throws: Refusal.expired) { try await bench.come(made.secret) }
            let stored = try await bench.database.read { try $0.query("SELECT * FROM api_tokens") }
            #expect(!"\(stored)".contains(made.secret.dropFirst(3)))
        }
    }

    @Test("what is revoked here ends here at once, and elsewhere within five seconds", arguments: Engine.allCases)
    func revocation(engine: Engine) async throws {
        try await PeopleBench.with(engine) { bench in
            let (admin, _) = try await bench.admin()
            let made = try await bench.people.tokens.create(bench.document(#"{"label": "x"}"#), by: admin)
            let other = PeopleBench.neighbour(
                bench.database,
                PeoplePolicy(),
                { _ in throw CancellationError() },
                bench.clock
            )
            _ = try await bench.come(made.secret)
            _ = try await bench.come(made.secret, to: other)
            try await bench.people.tokens.revoke(made.token.id, of: nil, by: admin)
            await #expect(throws: Refusal.revoked) { try await bench.come(made.secret) }
            bench.clock.pass(.seconds(5))
            await #expect(throws: Refusal.revoked) { try await bench.come(made.secret, to: other) }
        }
    }

    @Test(
        "disabling, signing out and changing a role work at once, are audited, and not on oneself",
        arguments: Engine.allCases
    )
    func changes(engine: Engine) async throws {
        try await PeopleBench.with(engine) { bench in
            let (admin, _) = try await bench.admin()
            let directory = bench.people.directory
            _ = try await directory.create(bench.document(#"{"name": "ada", "role": "admin"}"#), by: admin)
            let token = try await bench.people.tokens.create(bench.document(#"{"label": "x"}"#), for: "ada", by: admin)
            #expect(try await bench.come(token.secret).person.role == .admin)
            _ = try await directory.set(bench.document(#"{"role": "reader"}"#), roleOf: "ada", by: admin)
            #expect(try await bench.come(token.secret).person.role == .reader)
            _ = try await directory.disable("ada", by: admin)
            await #expect(throws: Refusal.disabled) { try await bench.come(token.secret) }
            _ = try await directory.enable("ada", by: admin)
            _ = try await bench.come(token.secret)
            _ = try await directory.signOut("ada", by: admin)
            await #expect(throws: Refusal.revoked) { try await bench.come(token.secret) }
            bench.clock.pass(.seconds(1))
            let new = try await bench.people.tokens.create(bench.document(#"{"label": "y"}"#), for: "ada", by: admin)
            _ = try await bench.come(new.secret)
            await #expect(throws: GatewayError.self) { try await directory.disable("admin", by: admin) }
            #expect(
                try await bench.auditActions() == [
                    "token.created", "person.created", "token.created", "person.role-changed", "person.disabled",
                    "person.enabled", "person.signed-out", "token.created",
                ]
            )
        }
    }

    @Test(
        "a session ends by itself, when it lies unused, with its token, and by logging out",
        arguments: Engine.allCases
    )
    func sessions(engine: Engine) async throws {
        try await PeopleBench.with(engine) { bench in
            let (admin, _) = try await bench.admin()
            let made = try await bench.people.tokens.create(bench.document(#"{"label": "x"}"#), by: admin)
            let signIn = bench.people.signIn
            func come(_ secret: SessionSecret) async throws -> Person {
                try await bench.people.authenticator.session(secret, from: .init()).person
            }
            let idle = try await signIn.begin(withToken: made.secret, from: .init())
            #expect(try await come(idle).origin.method == .session)
            #expect(try await come(idle).scopes == [.read, .write])
            bench.clock.pass(.seconds(7200))
            await #expect(throws: Refusal.expired) { try await come(idle) }
            let busy = try await signIn.begin(withToken: made.secret, from: .init())
            for _ in 0..<12 {
                _ = try await come(busy)
                try await bench.people.uses.write()
                bench.clock.pass(.seconds(3600))
            }
            await #expect(throws: Refusal.expired) { try await come(busy) }
            let left = try await signIn.begin(withToken: made.secret, from: .init())
            try await signIn.end(by: try await come(left))
            await #expect(throws: Refusal.revoked) { try await come(left) }
            let last = try await signIn.begin(withToken: made.secret, from: .init())
            _ = try await come(last)
            try await bench.people.tokens.revoke(made.token.id, of: nil, by: admin)
            await #expect(throws: Refusal.revoked) { try await come(last) }
            // The one is no proof of the other.
            await #expect(throws: Refusal.unknown) { try await bench.come(last.text) }
        }
    }

    @Test(
        "names are folded to the allowed letters",
        arguments: [
            ("Ada.Lovelace@example.org", "ada.lovelace"), ("Émile Zola", "emile-zola"), ("--x--", "x"), ("@", "person"),
            ("日本", "person"), ("a/../b", "a-..-b"), ("", "person"), ("../etc", "etc"),
            (String(repeating: "a", count: 99), String(repeating: "a", count: 63)),
        ]
    )
    func folding(text: String, name: String) {
        #expect(PersonName.folded(text) == name)
        #expect(PersonName.isValid(name) && PersonName.isValid(PersonName.numbered(name, 41)))
    }

    @Test(
        "pages elsewhere are no pages to return to",
        arguments: ["//evil", "https://evil", "/\\evil", "/\t/evil", "evil", "", "/a b", "/é"]
    )
    func returns(path: String) { #expect(!SignIn.isLocal(path)) }
}
