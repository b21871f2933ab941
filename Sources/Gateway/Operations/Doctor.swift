internal import Documents
internal import Foundation
package import Logging
internal import Storage
internal import TaskQueue

/// Checks what an operator would check, without a running gateway and without changing anything.
package struct Doctor: Sendable {
    /// Free space below which jobs begin to fail soon.
    private static let scarceBytes: Int64 = 1 << 30
    /// How long a site may go unseen before that is told, beyond its slowest poll.
    private static let unseenLimit = Duration.seconds(300)

    let configuration: GatewayConfiguration
    let program: String
    let keeper: TimeKeeper
    let logger: Logger

    /// A doctor.
    ///
    /// - Parameters:
    ///   - configuration: what the operator decided.
    ///   - program: path of the running program, beside which templates are looked for.
    ///   - keeper: tells the time.
    ///   - logger: where lost connections are told.
    package init(_ configuration: GatewayConfiguration, program: String, keeper: TimeKeeper, logger: Logger) {
        self.configuration = configuration
        self.program = program
        self.keeper = keeper
        self.logger = logger
    }

    /// Files, folders and the computer.
    ///
    /// - Returns: the checks, each with its cure.
    package func local() -> [SiteCheck] {
        [files(), templates(), folder(), space(), descriptors()] + secrets()
    }

    /// The sites, asked directly, as a running gateway would ask them.
    ///
    /// - Returns: the checks; each name begins with the site's.
    package func sites() async -> [SiteCheck] {
        var checks: [SiteCheck] = []
        for configuration in configuration.sites where configuration.kind == .slurm {
            let site = SiteFactory.site(configuration, logger: logger)
            checks += await site.check().map { $0.renamed("\(configuration.name): \($0.name)") }
            await site.close()
        }
        return checks
    }

    // MARK: - Files

    private func files() -> SiteCheck {
        let faults = ConfigurationFiles.faults(configuration, program: program)
        if faults.isEmpty {
            let sites = configuration.sites.count
            return SiteCheck(name: "configuration", state: .passed, detail: "\(sites) \(sites == 1 ? "site" : "sites")")
        }
        return SiteCheck(
            name: "configuration",
            state: .failed,
            detail: faults.map { "\($0.path): \($0.message)" }.joined(separator: "; "),
            cure: faults.map(\.expected).joined(separator: "; ")
        )
    }

    private func templates() -> SiteCheck {
        let folder = TemplateCatalog.locate(configured: configuration.templates, program: program)
        do {
            let count = try TemplateCatalog(folder: folder).list().count
            if count > 0 {
                return SiteCheck(name: "templates", state: .passed, detail: "\(count) in \(folder)")
            }
            return SiteCheck(
                name: "templates",
                state: .failed,
                detail: "\(folder) is empty",
                cure: "Set `templates` to the folder of the *.mustache files."
            )
        } catch {
            return SiteCheck(
                name: "templates",
                state: .failed,
                detail: "\(error)",
                cure: "Set `templates` to the folder of the *.mustache files."
            )
        }
    }

    private func folder() -> SiteCheck {
        let home = configuration.home
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: home) else {
            return SiteCheck(
                name: "state folder",
                state: .skipped,
                detail: "\(home) is not there yet; the first start makes it"
            )
        }
        do {
            try Restoration.requireFinished(home: home)
        } catch {
            return SiteCheck(
                name: "state folder",
                state: .failed,
                detail: "\(error)",
                cure: "farfield restore PLACE --force"
            )
        }
        guard FileManager.default.isWritableFile(atPath: home) else {
            return SiteCheck(
                name: "state folder",
                state: .failed,
                detail: "\(home) cannot be written by this user",
                cure: "Run farfield as the user who owns it."
            )
        }
        let mode = (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
        guard mode & 0o077 == 0 else {
            return SiteCheck(
                name: "state folder",
                state: .warning,
                detail: "\(home) is open to others (mode \(String(mode, radix: 8)))",
                cure: "chmod 700 '\(home)'"
            )
        }
        return SiteCheck(name: "state folder", state: .passed, detail: home)
    }

    private func secrets() -> [SiteCheck] {
        let home = configuration.home
        return ((try? HomeFolder.secrets(home)) ?? []).map { name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(home)/\(name)")
            let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue ?? 0
            if mode & 0o077 == 0 { return SiteCheck(name: name, state: .passed, detail: "only its owner can read it") }
            return SiteCheck(
                name: name,
                state: .failed,
                detail: "others can read it (mode \(String(mode, radix: 8)))",
                cure: "chmod 600 '\(home)/\(name)', then delete it and start again for a new token."
            )
        }
    }

    private func space() -> SiteCheck {
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: configuration.home)
        guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.int64Value else {
            return SiteCheck(name: "free space", state: .skipped, detail: "the system does not tell")
        }
        let text = "\(free >> 20) MiB free for \(configuration.home)"
        if free >= Self.scarceBytes { return SiteCheck(name: "free space", state: .passed, detail: text) }
        return SiteCheck(
            name: "free space",
            state: free > Self.scarceBytes / 10 ? .warning : .failed,
            detail: text,
            cure: "Make room, or move `home` to a larger disk: logs and outputs of jobs come here."
        )
    }

    private func descriptors() -> SiteCheck {
        let limits = (try? String(contentsOfFile: "/proc/self/limits", encoding: .utf8)) ?? ""
        let line = limits.split(separator: "\n").first { $0.hasPrefix("Max open files") }
        let words = line.map { $0.dropFirst(14).split(separator: " ") } ?? []
        guard let limit = words.first.flatMap({ Int($0) }) else {
            return SiteCheck(name: "descriptors", state: .skipped, detail: "the system does not tell the limit")
        }
        if limit >= 4096 { return SiteCheck(name: "descriptors", state: .passed, detail: "\(limit) files at once") }
        return SiteCheck(
            name: "descriptors",
            state: .warning,
            detail: "only \(limit) files and connections at once",
            cure: "Raise it: `ulimit -n 65536`, or LimitNOFILE=65536 in the service's unit."
        )
    }
}

// MARK: - The database

extension Doctor {
    /// The database: reachable, of this version, its queue moving, its sites looked at.
    ///
    /// - Returns: the checks, each with its cure.
    package func database() async -> [SiteCheck] {
        let cure = "Check `database` in the configuration, and that its server runs."
        do {
            let location = try configuration.databaseLocation
            if case .sqlite(let path) = location, !FileManager.default.fileExists(atPath: path) {
                return [
                    SiteCheck(name: "database", state: .skipped, detail: "not there yet; the first start makes it")
                ]
            }
            let database = try await location.open(connections: 1, logger: logger)
            let checks = await checks(database)
            await database.close()
            return checks
        } catch {
            return [SiteCheck(name: "database", state: .failed, detail: "\(error)", cure: cure)]
        }
    }

    private func trail(_ database: any Database) async throws -> SiteCheck {
        let kept = AuditMemory.read(home: configuration.home)
        let chain = try await AuditService(database: database).verify(expecting: kept.map { [$0] } ?? [])
        guard let fault = chain.faults.first else {
            return SiteCheck(name: "audit trail", state: .passed, detail: "\(chain.head.sequence) lines, whole")
        }
        return SiteCheck(
            name: "audit trail",
            state: .failed,
            detail: "\(fault)" + (chain.faults.count > 1 ? ", and \(chain.faults.count - 1) more" : ""),
            cure: "Find out who had the database's password. `farfield audit verify` shows all of it (docs/audit.md)."
        )
    }

    private func checks(_ database: any Database) async -> [SiteCheck] {
        do {
            let standing = try await schemaStanding(database, GatewayRuntime.migrations)
            guard standing.missing.isEmpty else {
                return [
                    SiteCheck(
                        name: "database",
                        state: .warning,
                        detail: "schema steps to come at the next start: \(standing.missing.joined(separator: ", "))",
                        cure: "Back up, then start this version."
                    )
                ]
            }
            let schema = SiteCheck(
                name: "database",
                state: .passed,
                detail: "\(database.dialect.rawValue), schema of this version"
            )
            let now = keeper.now()
            let (dead, lines) = try await database.read { connection in
                let queue = TaskStore()
                return (try queue.deadLetters(limit: 1000, on: connection), try queue.lines(on: connection))
            }
            return [schema, Self.deadLetters(dead), Self.queue(lines, now), try await trail(database)]
                + (try await looks(database, now))
        } catch {
            let cure = "Use the version of farfield that wrote it, or a newer one."
            return [SiteCheck(name: "database", state: .failed, detail: "\(error)", cure: cure)]
        }
    }

    /// A pure decision: dead letters are work that was promised and is not done.
    static func deadLetters(_ dead: [DeadTask]) -> SiteCheck {
        guard let latest = dead.first else { return SiteCheck(name: "dead letters", state: .passed, detail: "none") }
        return SiteCheck(
            name: "dead letters",
            state: .failed,
            detail: "\(dead.count), the latest \(latest.kind) \(latest.key ?? ""): \(latest.lastError)",
            cure: "See `farfield queue`; mend the cause, then `farfield queue requeue --all`."
        )
    }

    /// A pure decision: work that has been due for minutes is done by nobody.
    static func queue(_ lines: [QueueLine], _ now: Timestamp) -> SiteCheck {
        let late = lines.filter { $0.oldestDueAt.map { now.microseconds - $0 > 300_000_000 } ?? false }
        if late.isEmpty { return SiteCheck(name: "queue", state: .passed, detail: "nothing has been due for long") }
        return SiteCheck(
            name: "queue",
            state: .warning,
            detail: "due for more than 5 minutes: " + late.map { "\($0.due) \($0.kind)" }.joined(separator: ", "),
            cure: "Is a gateway running on this database? If so, its log tells what holds it up."
        )
    }

    private func looks(_ database: any Database, _ now: Timestamp) async throws -> [SiteCheck] {
        // A personal site is looked at only while somebody has jobs there.
        let sites = configuration.sites.filter { $0.identity == .community }
        let names = sites.map(\.name)
        let records = try await database.read { connection in
            try names.map { try SiteStatusStore.find($0, on: connection) }
        }
        return zip(sites, records).map { site, record in
            Self.look(site.name, record, now, limit: site.pollSlowest + Self.unseenLimit)
        }
    }

    /// A pure decision: a site nobody has looked at for long has no poller.
    static func look(_ site: String, _ record: SiteRecord?, _ now: Timestamp, limit: Duration) -> SiteCheck {
        let name = "\(site): last look"
        guard let record else { return SiteCheck(name: name, state: .skipped, detail: "nobody has looked yet") }
        let seconds = (now - record.observedAt).components.seconds
        let detail = "\(seconds) s ago, \(record.state.rawValue)" + (record.reason.map { ": \($0)" } ?? "")
        if now - record.observedAt > limit {
            let cure = "Is a gateway running on this database?"
            return SiteCheck(name: name, state: .warning, detail: detail, cure: cure)
        }
        return SiteCheck(name: name, state: record.state == .down ? .warning : .passed, detail: detail)
    }
}

extension SiteCheck {
    /// The same check under another name.
    func renamed(_ name: String) -> SiteCheck { SiteCheck(name: name, state: state, detail: detail, cure: cure) }
}
