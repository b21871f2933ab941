/// What `CheckSite` found.
package struct SiteReport: Sendable, Equatable {
    /// A partition as sinfo shows it; its nodes may differ, so there are several rows of one name.
    package struct Partition: Sendable, Hashable {
        package var name: String
        /// `up`, `down`, `drain` or `inact`.
        package var availability: String
        /// nil for no limit or an unreadable one.
        package var timeLimitSeconds: Int?
        package var nodes: Int
        package var cpusPerNode: Int
        /// In MiB.
        package var memoryPerNodeMebibytes: Int
        /// Generic resources, such as `gpu:a100:2`; empty for none.
        package var gres: String
        /// The nodes' state, such as `idle`, `mixed`, `down*`.
        package var nodeState: String
    }

    /// An account the user may charge.
    package struct Association: Sendable, Hashable {
        package var cluster: String
        package var account: String
        /// nil for every partition.
        package var partition: String?
        package var qos: [String]
        package var defaultQOS: String?
    }

    /// Seconds since 1970 by the site's clock; compare it with the caller's to see the skew.
    package var siteTime: Int?
    package var userName: String
    package var loginShell: String
    package var home: String
    package var hostName: String
    /// Paths of the programs found on the login node.
    package var programs: [String: String]
    /// What sbatch says it is, such as `slurm-wlm 22.05.8`; nil if it does not run.
    package var slurmVersion: String?
    /// The root folder without symbolic links, if it could be written.
    package var folder: String?
    /// Why the folder could not be written.
    package var folderProblem: String?
    package var freeBytes: Int?
    package var freeInodes: Int?
    /// Why the controller does not answer; nil if it does.
    package var controllerProblem: String?
    /// Why accounting does not answer; nil if it does.
    package var accountingProblem: String?
    package var partitions: [Partition]
    package var associations: [Association]
    /// Some settings of slurm.conf, such as `MaxArraySize`.
    package var configuration: [String: String]
    /// How long a login shell takes to start, in milliseconds.
    package var profileMilliseconds: Int?

    /// The programs without which nothing works, that are missing.
    package var missingPrograms: [String] {
        let needed = ["sbatch", "squeue", "scancel", "cksum", "awk", "find"].filter { programs[$0] == nil }
        return programs["base64"] == nil && programs["openssl"] == nil ? needed + ["base64"] : needed
    }
}

extension SiteReport {
    init(_ transcript: Transcript) {
        func lines(_ name: String) -> [String] {
            (transcript.section(name)?.text.split(separator: "\n", omittingEmptySubsequences: false) ?? []).map(
                String.init
            )
        }
        let user = lines("user") + Array(repeating: "", count: 5)
        siteTime = lines("time").first.flatMap { Int($0) }
        (userName, loginShell, home, hostName) = (user[0], user[2], user[3], user[4])
        programs = [:]
        for section in transcript.sections where section.name == "program" && section.words.count == 2 {
            programs[section.words[1]] = section.text
        }
        slurmVersion = lines("version").first { $0.hasPrefix("slurm") }
        let isMade = transcript.section("folder")?.words.last == "yes"
        folder = isMade ? lines("folder").first : nil
        folderProblem = isMade ? nil : PlainText.excerpt(transcript.section("folder_text")?.text ?? "", limit: 300)
        freeBytes = Self.free(lines("space").last).map { $0 * 1024 }
        freeInodes = Self.free(lines("inodes").last)
        let ping = PlainText.excerpt(transcript.section("ping_rows")?.text ?? "", limit: 300)
        controllerProblem = ping.contains("is UP") ? nil : ping.isEmpty ? "scontrol ping gave no answer" : ping
        let accountingIsFine = transcript.section("sacct")?.words.last == "0"
        accountingProblem =
            accountingIsFine
            ? nil : PlainText.excerpt(transcript.section("sacct_rows")?.text ?? "no answer", limit: 300)
        partitions = lines("partitions").compactMap(Self.partition)
        associations = lines("associations").compactMap(Self.association)
        configuration = Dictionary(
            lines("configuration").compactMap(Self.setting),
            uniquingKeysWith: { first, _ in first }
        )
        let clock = lines("profile").compactMap { Int($0) }
        profileMilliseconds = clock.count == 2 ? (clock[1] - clock[0]) / 1_000_000 : nil
    }

    /// The fourth column of df(1).
    private static func free(_ line: String?) -> Int? {
        guard let columns = line?.split(separator: " "), columns.count >= 4 else { return nil }
        return Int(columns[3])
    }

    private static func partition(_ line: String) -> Partition? {
        let columns = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        guard columns.count == 8 else { return nil }
        var limit: Int?
        if case .seconds(let seconds) = SlurmTime.parse(columns[2]) { limit = seconds }
        return Partition(
            name: columns[0],
            availability: columns[1],
            timeLimitSeconds: limit,
            nodes: number(columns[3]),
            cpusPerNode: number(columns[4]),
            memoryPerNodeMebibytes: number(columns[5]),
            gres: columns[6] == "(null)" ? "" : columns[6],
            nodeState: columns[7]
        )
    }

    private static func number(_ text: String) -> Int { Int(text.prefix { $0.isASCII && $0.isNumber }) ?? 0 }

    private static func association(_ line: String) -> Association? {
        let columns = line.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        guard columns.count == 5 else { return nil }
        return Association(
            cluster: columns[0],
            account: columns[1],
            partition: columns[2].isEmpty ? nil : columns[2],
            qos: columns[3].split(separator: ",").map(String.init),
            defaultQOS: columns[4].isEmpty ? nil : columns[4]
        )
    }

    private static func setting(_ line: String) -> (String, String)? {
        guard let mark = line.firstRange(of: "=") else { return nil }
        func trimmed(_ text: Substring) -> String { String(text.drop { $0 == " " }.prefix { $0 != " " }) }
        return (trimmed(line[..<mark.lowerBound]), trimmed(line[mark.upperBound...]))
    }
}
