internal import FoundationEssentials
internal import SSHClient
internal import Slurm

extension SlurmSite {
    package func check() async -> [SiteCheck] {
        do {
            _ = try await pool.run("exit 0", deadline: .seconds(30))
        } catch {
            return [
                SiteCheck(
                    name: "connection",
                    state: .failed,
                    detail: "\(error)",
                    cure: SiteVerdicts.transportCure(error, configuration.transport) ?? error.hint
                )
            ]
        }
        let connection = SiteCheck(
            name: "connection",
            state: .passed,
            detail: "\(pool.endpoint) by \(configuration.transport.rawValue), host key known, key accepted"
        )
        do {
            let report = try await report()
            return [connection] + SiteVerdicts.checks(report, now: TimeKeeper.system.now())
        } catch {
            return [
                connection,
                SiteCheck(
                    name: "commands",
                    state: .failed,
                    detail: SiteFailure(error).reason,
                    cure:
                        "Try `ssh` to the login node by hand: /bin/sh must run there, and the work folder must be writable."
                ),
            ]
        }
    }
}

/// What a site's report means: a pure table of checks with their cures.
enum SiteVerdicts {
    private static let gigabyte = 1 << 30

    /// What to change when the transport itself is the obstacle; nil when it is not.
    static func transportCure(_ error: SSHError, _ transport: SSHEndpoint.Transport) -> String? {
        guard transport == .libssh2 else { return nil }
        let why: String
        switch error {
        case .cannotConnect(_, _, let reason) where reason.contains("no common method"):
            why = "The server offers only RSA host keys, or only ciphers that libssh2 does not know"
        case .authenticationRefused(_, _, let reason) where reason.contains("RSA key"):
            why = "libssh2 signs with RSA keys only in a way that current servers refuse"
        case .keyFileUnusable(_, .notAPrivateKey):
            why = "libssh2 reads plain ed25519 and ECDSA keys only: no certificates, agents or security keys"
        default: return nil
        }
        return "\(why): set `transport: openssh` for this site."
    }

    static func checks(_ report: SiteReport, now: Timestamp) -> [SiteCheck] {
        [
            programs(report), controller(report), accounting(report), folder(report), space(report),
            clock(report, now), partitions(report), accounts(report), profile(report),
        ]
    }

    private static func programs(_ report: SiteReport) -> SiteCheck {
        let missing = report.missingPrograms
        if missing.isEmpty, report.programs["flock"] == nil {
            return SiteCheck(
                name: "programs",
                state: .warning,
                detail: "there is no flock",
                cure:
                    "Ask the site for util-linux: without it a submission that was killed is noticed after 10 minutes."
            )
        }
        if missing.isEmpty {
            let version = report.slurmVersion ?? "Slurm of unknown version"
            return SiteCheck(
                name: "programs",
                state: .passed,
                detail: "\(version), sbatch at \(report.programs["sbatch"] ?? "?")"
            )
        }
        return SiteCheck(
            name: "programs",
            state: .failed,
            detail: "not found on the login node: \(missing.joined(separator: ", "))",
            cure:
                "Name Slurm's bin folder under searchPath, or put it on the PATH of \(report.userName)'s non-interactive shells."
        )
    }

    private static func controller(_ report: SiteReport) -> SiteCheck {
        guard let problem = report.controllerProblem else {
            return SiteCheck(name: "controller", state: .passed, detail: "slurmctld answers")
        }
        return SiteCheck(
            name: "controller",
            state: .failed,
            detail: problem,
            cure: "Ask the site: slurmctld is down. Jobs wait in the gateway until it is back."
        )
    }

    private static func accounting(_ report: SiteReport) -> SiteCheck {
        guard let problem = report.accountingProblem else {
            return SiteCheck(name: "accounting", state: .passed, detail: "sacct works")
        }
        return SiteCheck(
            name: "accounting",
            state: .failed,
            detail: problem,
            cure: "Ask the site: without slurmdbd no job's end can be known for certain."
        )
    }

    private static func folder(_ report: SiteReport) -> SiteCheck {
        if let folder = report.folder {
            return SiteCheck(name: "work folder", state: .passed, detail: "\(folder) is writable")
        }
        return SiteCheck(
            name: "work folder",
            state: .failed,
            detail: report.folderProblem ?? "it cannot be written",
            cure: "Choose a folder of your own under workFolder, best in scratch space."
        )
    }

    private static func space(_ report: SiteReport) -> SiteCheck {
        guard let free = report.freeBytes else {
            return SiteCheck(name: "free space", state: .skipped, detail: "df told nothing")
        }
        let detail = "\(free / gigabyte) GiB and \(report.freeInodes.map(String.init) ?? "?") files free"
        let isTight = free < gigabyte || (report.freeInodes ?? .max) < 10_000
        return SiteCheck(
            name: "free space",
            state: isTight ? .warning : .passed,
            detail: detail,
            cure: isTight ? "Make room, or choose another workFolder." : nil
        )
    }

    private static func clock(_ report: SiteReport, _ now: Timestamp) -> SiteCheck {
        guard let time = report.siteTime else {
            return SiteCheck(name: "clock", state: .skipped, detail: "the site told no time")
        }
        let skew = Int64(time) - now.microseconds / 1_000_000
        let isOff = abs(skew) > 60
        return SiteCheck(
            name: "clock",
            state: isOff ? .warning : .passed,
            detail: "the site is \(abs(skew)) s \(skew < 0 ? "behind" : "ahead")",
            cure: isOff ? "Let both machines follow a time server (chrony, systemd-timesyncd)." : nil
        )
    }

    private static func partitions(_ report: SiteReport) -> SiteCheck {
        let names = Set(report.partitions.map(\.name)).sorted()
        if names.isEmpty {
            return SiteCheck(
                name: "partitions",
                state: .warning,
                detail: "sinfo shows none",
                cure: "Ask the site which ones you may use."
            )
        }
        return SiteCheck(name: "partitions", state: .passed, detail: names.joined(separator: ", "))
    }

    private static func accounts(_ report: SiteReport) -> SiteCheck {
        let names = Set(report.associations.map(\.account)).sorted()
        if names.isEmpty {
            return SiteCheck(
                name: "accounts",
                state: .warning,
                detail: "sacctmgr shows no account of \(report.userName)",
                cure: "Ask the site for an allocation, unless it needs none."
            )
        }
        return SiteCheck(name: "accounts", state: .passed, detail: names.joined(separator: ", "))
    }

    private static func profile(_ report: SiteReport) -> SiteCheck {
        guard let time = report.profileMilliseconds else {
            return SiteCheck(name: "login shell", state: .skipped, detail: report.loginShell)
        }
        let isSlow = time > 1000
        return SiteCheck(
            name: "login shell",
            state: isSlow ? .warning : .passed,
            detail: "\(report.loginShell), profile takes \(time) ms",
            cure: isSlow ? "Every command waits for the profile: shorten it for non-interactive shells." : nil
        )
    }
}
