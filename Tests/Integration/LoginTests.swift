import Documents
import Foundation
import Testing

/// A site at which a person has to log in with a password and a one-time code, as at TACC.
@Suite("Logging in at a site", .timeLimit(.minutes(5)))
struct LoginTests {
    /// An sshd before site a's Slurm that wants a key, a password and a code.
    private final class AskingNode: Sendable {
        let port: Int
        private let folder: String
        private let service: String

        init() async throws {
            port = try FreePort.find()
            let name = UUID().uuidString.prefix(8).lowercased()
            folder = "/var/tmp/farfield-asking-\(name)"
            service = "farfield-\(name)"
            let state = TestCluster.variable("FARFIELD_CLUSTER")
            let started = try await TestCluster.slurm(
                """
                set -e; mkdir -p /run/sshd \(folder); cd \(folder)
                printf '%s\\n' '#!/bin/sh' 'IFS= read -r word' '[ "$word" = sesame ]' >check; chmod 755 check
                echo 'HOTP/T30/6 researcher1 - 3132333435363738393031323334353637383930' >oath; chmod 600 oath
                printf '%s\\n' 'auth requisite pam_exec.so expose_authtok quiet \(folder)/check' \
                  'auth required pam_oath.so usersfile=\(folder)/oath window=5 digits=6' \
                  'account required pam_permit.so' 'session required pam_permit.so' >/etc/pam.d/\(service)
                printf '%s\\n' 'ListenAddress 127.0.0.1' 'Port \(port)' 'HostKey \(state)/sshd/host_a' 'UsePAM yes' \
                  'PidFile \(folder)/pid' 'AuthorizedKeysFile \(state)/sshd/authorized_keys/%u' 'StrictModes no' \
                  'AuthenticationMethods publickey,keyboard-interactive' 'KbdInteractiveAuthentication yes' \
                  'SetEnv SLURM_CONF=\(TestCluster.variable("SLURM_CONF"))' \
                  'Subsystem sftp /usr/lib/openssh/sftp-server' >sshd.conf
                # A program's name is the name of its PAM service.
                ln -s /usr/sbin/sshd \(service)
                \(folder)/\(service) -f sshd.conf -E log </dev/null >/dev/null 2>&1
                """
            )
            try #require(started.status == 0, "sshd does not start: \(started.errors)")
            let pid = folder + "/pid"
            try await eventually("sshd has started") { FileManager.default.fileExists(atPath: pid) }
        }

        /// The code that is valid now (RFC 6238).
        func code() async throws -> String {
            let script = """
                import hmac, struct, time
                digest = hmac.new(b'12345678901234567890', struct.pack('>Q', int(time.time()) // 30), 'sha1').digest()
                start = digest[-1] & 15
                print('%06d' % ((struct.unpack('>I', digest[start:start + 4])[0] & 0x7fffffff) % 1000000))
                """
            return try await Command.run("/usr/bin/python3", ["-c", script]).output
        }

        func close() async {
            _ = try? await TestCluster.slurm(
                "kill \"$(cat \(folder)/pid)\"; rm -rf \(folder) /etc/pam.d/\(service)"
            )
        }
    }

    @Test("jobs wait for a person, who logs in once for all that follows", arguments: ["libssh2", "openssh"])
    func login(_ transport: String) async throws {
        let node = try await AskingNode()
        let extra = "    transport: \(transport)\n    authentication: {interactive: true, loginLifetime: 8h}"
        let gateway = try await GatewayProcess(sites: TestCluster.site(port: node.port, extra: extra)).start()
        let api = API(gateway)
        let before = try await api.get("/api/v1/sites/a").json
        #expect(before["login"]?["state"]?.stringValue == "needed")
        #expect(before["reason"]?.stringValue?.contains("farfield sites login a") == true, "\(before.jsonText)")
        let manifest = "name: waits\nsite: a\ncommand: echo hi\nresources: {memory: 50M, walltime: 2m}"
        let id = try await api.submit(manifest)
        try await eventually("the job says what it waits for") {
            try await api.job(id)["reason"]?.stringValue?.contains("farfield sites login a") == true
        }
        let wrong = try await gateway.cli("sites", "login", "a", input: "wrong\n000000\n")
        #expect(wrong.status != 0 && wrong.errors.contains("does not let us in"), "\(wrong.errors)")
        let answer = try await gateway.cli("sites", "login", "a", input: "sesame\n\(try await node.code())")
        #expect(answer.status == 0 && answer.output.contains("Logged in at a until"), "\(answer.errors)")
        let after = try await api.get("/api/v1/sites/a").json
        #expect(after["login"]?["state"]?.stringValue == "valid")
        #expect(after["login"]?["expiresAt"]?.stringValue != nil)
        #expect(try await api.wait(id)["state"]?.stringValue == "completed")
        await node.close()
    }

    @Test("nobody has to log in where a key is enough")
    func noLogin() async throws {
        let gateway = try await GatewayProcess().start()
        let answer = try await gateway.cli("sites", "login", "a")
        #expect(answer.status == 5 && answer.errors.contains("nothing but a key"), "\(answer.errors)")
        #expect(try await API(gateway).get("/api/v1/sites/a").json["login"] == .null)
    }

    @Test("a whole job by the system's ssh")
    func systemsOwn() async throws {
        let gateway = try await GatewayProcess(sites: TestCluster.site(extra: "    transport: openssh")).start()
        let manifest = "name: own\nsite: a\ncommand: echo hi\nresources: {memory: 50M, walltime: 2m}"
        let id = try await API(gateway).submit(manifest)
        #expect(try await API(gateway).wait(id)["state"]?.stringValue == "completed")
        #expect(try await gateway.cli("logs", id).output == "hi\n")
    }
}
