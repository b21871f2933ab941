import Attestation
import Documents
import Foundation
import Storage
import TaskQueue
import Testing

@testable import Gateway

/// A desk with a clock of its own on an empty database, without a site.
struct ApprovalFixture {
    let database: any Database
    let clock: MovedClock
    let store: JobStore
    let desk: ApprovalDesk
    let service: ApprovalService

    /// Jobs of more than one node ask; of more than eight, two people must approve.
    static let policy: ApprovalPolicy = {
        var (one, two) = (ApprovalRule.Conditions(), ApprovalRule.Conditions())
        (one.nodes, two.nodes) = (1, 8)
        var policy = ApprovalPolicy.none
        policy.rules = [
            ApprovalRule(name: "large", conditions: one, approvers: 1),
            ApprovalRule(name: "huge", conditions: two, approvers: 2),
        ]
        policy.contact = "hpc-help@example.org"
        return policy
    }()

    init(
        _ database: any Database,
        policy: ApprovalPolicy = ApprovalFixture.policy,
        mail: MailBox = MailBox(policy: nil)
    ) {
        self.database = database
        clock = MovedClock()
        store = JobStore(tasks: JobTasks(queue: TaskStore(time: clock.source)), keeper: clock.keeper)
        desk = ApprovalDesk(
            policy: policy,
            pricing: .booked([]),
            store: store,
            mail: mail,
            keeper: clock.keeper
        )
        service = ApprovalService(database: database, desk: desk)
    }

    static let carol = Person(name: "carol", isAdmin: true)
    static let dave = Person(name: "dave", isAdmin: true)

    /// Writes a job of alice's as a submission does.
    func submit(nodes: Int = 2, owner: String = "alice", walltime: String = "1h", name: String = "big") async throws
        -> Job
    {
        try await database.transaction { try write(nodes, owner, walltime, name, on: $0) }
    }

    private func write(
        _ nodes: Int,
        _ owner: String,
        _ walltime: String,
        _ name: String,
        on connection: any StorageConnection
    ) throws -> Job {
        let text = "name: \(name)\ncommand: echo hi\nresources: {nodes: \(nodes), walltime: \(walltime)}"
        let manifest = try JobManifestReader.read(try Document(yaml: text))
        var random = SystemRandomNumberGenerator()
        let admitted = Admission.Admitted(
            manifest: manifest,
            site: "a",
            isPersonal: false,
            script: "#!/bin/bash\necho hi\n",
            scriptDigest: SHA256Digest(of: "#!/bin/bash\necho hi\n".utf8),
            templateDigest: "sha256:0",
            templateText: ""
        )
        var job = admitted.job(
            id: JobID(at: clock.now, random: &random),
            owner: owner,
            stagedFirst: false,
            cache: nil,
            at: clock.now
        )
        _ = JobLife.apply(.ready, to: &job, at: clock.now)
        try SubmissionStore.insert(job, dependencies: [], on: connection)
        let submitted = JobEvents.Fact(kind: .submitted, data: [:])
        try EventStore.append(submitted, sequence: 1, of: job, at: clock.now, on: connection)
        return try desk.consider(job, on: connection)
    }

    func job(_ id: JobID) async throws -> Job {
        try #require(try await database.read { try store.find(id, on: $0) })
    }

    func approval(of job: JobID) async throws -> Approval? {
        try await database.read { try ApprovalStore.latest(of: job, on: $0) }
    }

    func open(_ job: Job) async throws -> Approval {
        let approval = try #require(try await approval(of: job.id))
        #expect(approval.state == .open)
        return approval
    }

    @discardableResult
    func approve(_ approval: Approval, by person: Person, digest: String? = nil) async throws -> ApprovalDossier {
        let body: JSONValue = ["digest": .string(digest ?? approval.digest), "reason": "fine"]
        return try await service.approve(approval.id, try Document(json: body.jsonText.utf8), by: person)
    }

    @discardableResult
    func refuse(_ approval: Approval, by person: Person) async throws -> ApprovalDossier {
        try await service.refuse(approval.id, try Document(json: #"{"reason":"use fewer nodes"}"#.utf8), by: person)
    }

    /// What the last gate lets pass of jobs that wait for their site.
    func gate() async throws -> [JobID] {
        try await database.transaction { connection in
            let rules = SendingRules(lane: Lane(site: "a"), maximumActive: nil, maximumPerPerson: nil)
            let waiting = try store.submitting(rules, limit: 100, on: connection).jobs
            return try desk.clear(waiting, on: connection).map(\.id)
        }
    }

    /// Lets a released job be sent next, as its next step does.
    func ready(_ job: Job) async throws {
        try await database.transaction { try store.apply(.ready, to: job.id, on: $0) }
    }

    func grant(_ body: String, by person: Person = ApprovalFixture.carol) async throws -> StandingApproval {
        try await service.grant(try Document(json: body.utf8), by: person)
    }

    /// The actions in the audit trail about approvals, in order.
    func audited() async throws -> [String] {
        try await database.read {
            try $0.query("SELECT action FROM audit ORDER BY sequence").map { try $0.text("action") }
        }
    }
}

/// The kind of the error a body throws; nil when it throws none.
func kind(of body: () async throws -> some Any) async -> GatewayError.Kind? {
    do {
        _ = try await body()
        return nil
    } catch {
        return (error as? GatewayError)?.kind
    }
}
