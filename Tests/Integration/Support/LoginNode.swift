import Foundation
import Testing

/// A real sshd before site a's Slurm, with a login shell and a profile that a test writes.
///
/// sshd runs `shell -c command` for every command; here a forced command (sshd_config(5) `ForceCommand`) does the same
/// with the shell of the test's choice, after the test's profile.
final class LoginNode: Sendable {
    let port: Int
    private let folder: String

    /// Starts one.
    ///
    /// - Parameters:
    ///   - shell: the login shell, which gets `-c COMMAND`.
    ///   - profile: lines of sh run before it.
    ///   - banner: text sent before authentication.
    /// - Throws: when it does not start.
    init(shell: String, profile: String = "", banner: String? = nil) async throws {
        port = try FreePort.find()
        folder = "/var/tmp/farfield-login-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        let login = """
            #!/bin/sh
            command=${SSH_ORIGINAL_COMMAND:-true}
            \(profile)
            exec \(shell) -c "$command"

            """
        try login.write(toFile: folder + "/login", atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder + "/login")
        if let banner { try banner.write(toFile: folder + "/banner", atomically: true, encoding: .utf8) }
        let state = TestCluster.variable("FARFIELD_CLUSTER")
        let settings = """
            ListenAddress 127.0.0.1
            Port \(port)
            HostKey \(state)/sshd/host_a
            PidFile \(folder)/pid
            AuthorizedKeysFile \(state)/sshd/authorized_keys/%u
            StrictModes no
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            UsePAM no
            PrintMotd yes
            Banner \(banner == nil ? "none" : folder + "/banner")
            SetEnv SLURM_CONF=\(TestCluster.variable("SLURM_CONF"))
            Subsystem sftp /usr/lib/openssh/sftp-server
            ForceCommand \(folder)/login

            """
        try settings.write(toFile: folder + "/sshd.conf", atomically: true, encoding: .utf8)
        let started = try await TestCluster.slurm(
            "mkdir -p /run/sshd; /usr/sbin/sshd -f \(folder)/sshd.conf -E \(folder)/log </dev/null >/dev/null 2>&1"
        )
        try #require(started.status == 0, "sshd does not start: \(started.errors)")
        try await eventually("sshd has started") { FileManager.default.fileExists(atPath: folder + "/pid") }
    }

    /// Ends it and removes its files.
    func close() async {
        _ = try? await TestCluster.slurm("kill \"$(cat \(folder)/pid)\"; rm -rf \(folder)")
    }
}
