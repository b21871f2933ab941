import Foundation
import Testing

/// The Slurm cluster that scripts/test has brought up.
enum TestCluster {
    /// A variable that scripts/test sets; without it the tests cannot run, and say so.
    static func variable(_ name: String) -> String {
        guard let value = ProcessInfo.processInfo.environment[name] else {
            Issue.record("\(name) is not set: run ./scripts/test, which starts what the tests need")
            return ""
        }
        return value
    }

    static var privateKey: String { variable("FARFIELD_CLUSTER_SSH_KEY") }
    static var knownHosts: String { variable("FARFIELD_CLUSTER_KNOWN_HOSTS") }
    static var portA: Int { Int(variable("FARFIELD_CLUSTER_PORT_A")) ?? 0 }
    static var portB: Int { Int(variable("FARFIELD_CLUSTER_PORT_B")) ?? 0 }

    /// One entry of `sites:`.
    ///
    /// - Parameters:
    ///   - name: its name.
    ///   - port: of its sshd, or of a proxy before it.
    ///   - user: account there.
    ///   - extra: further YAML lines, each indented by four spaces.
    /// - Returns: the YAML.
    static func site(
        _ name: String = "a",
        port: Int? = nil,
        user: String = "researcher1",
        extra: String = ""
    ) -> String {
        """
          - name: \(name)
            host: 127.0.0.1
            port: \(port ?? portA)
            user: \(user)
            privateKey: \(privateKey)
            knownHosts: \(port.map(knownHosts(behind:)) ?? knownHosts)
            workFolder: ~/farfield-tests
            defaults: {partition: normal, account: TG-BIO1}
            poll: {fastest: 300ms, slowest: 2s}
        \(extra)

        """
    }

    /// The same host keys under the port of a proxy.
    private static func knownHosts(behind port: Int) -> String {
        let text = (try? String(contentsOfFile: knownHosts, encoding: .utf8)) ?? ""
        let lines = text.split(separator: "\n").map { line in
            "[127.0.0.1]:\(port) " + line.split(separator: " ").dropFirst().joined(separator: " ")
        }
        let path = NSTemporaryDirectory() + "known-hosts-\(port)-\(UUID().uuidString)"
        try? lines.joined(separator: "\n").appending("\n").write(toFile: path, atomically: true, encoding: .utf8)
        return path
    }

    /// Runs Slurm client commands at site a, as root.
    static func slurm(_ line: String) async throws -> CommandResult {
        if geteuid() == 0 { return try await Command.shell(line) }
        return try await Command.run(
            "/usr/bin/sudo",
            ["-n", "env", "SLURM_CONF=\(variable("SLURM_CONF"))", "/bin/bash", "-c", line]
        )
    }

    /// How many jobs of a name Slurm has or had.
    ///
    /// Another test may just have stopped the accounting: its answer is waited for, and none is believed only when it
    /// lasts.
    static func count(named key: String) async throws -> Int {
        let begun = ContinuousClock.now
        while true {
            let found = try await countOnce(key)
            let passed = ContinuousClock.now - begun
            if let found, found > 0 || passed > .seconds(20) { return found }
            try #require(passed < .seconds(150), "squeue or sacct fail")
            try await Task.sleep(for: .seconds(1))
        }
    }

    /// Whether Slurm knows a job of a name now.
    static func knows(_ key: String) async throws -> Bool {
        try await !slurm("squeue -h -a -t all -n \(key) -o %A").output.isEmpty
    }

    /// Nil when Slurm does not answer.
    private static func countOnce(_ key: String) async throws -> Int? {
        let live = try await slurm("squeue -h -a -t all -n \(key) -o %A")
        let ended = try await slurm("sacct -a -n -P -X -S now-1days --name=\(key) -o JobIDRaw,State,ExitCode,NodeList")
        guard live.status == 0, ended.status == 0 else { return nil }
        let refused = "FAILED|1:0|None assigned"
        let ids =
            live.output.split(separator: "\n").map(String.init)
            + ended.output.split(separator: "\n").filter { !$0.hasSuffix(refused) }
            .compactMap { $0.split(separator: "|").first.map(String.init) }
        let different = Set(ids.map { String($0.prefix { $0.isNumber }) })
        if different.count > 1 { print("several jobs named \(key):\n\(live.output)--\n\(ended.output)") }
        return different.count
    }

    /// Runs scripts/cluster, as root or through sudo.
    @discardableResult
    static func control(_ arguments: [String]) async throws -> CommandResult {
        try await Command.run(Repository.root + "/scripts/cluster", arguments)
    }
}

/// TCP ports nobody uses now.
enum FreePort {
    static func find() throws -> Int {
        let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(handle) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = unsafe inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return unsafe try withUnsafeMutablePointer(to: &address) { pointer in
            try unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                guard unsafe bind(handle, generic, length) == 0, unsafe getsockname(handle, generic, &length) == 0
                else {
                    throw CocoaError(.fileReadUnknown)
                }
                return unsafe Int(UInt16(bigEndian: pointer.pointee.sin_port))
            }
        }
    }
}
