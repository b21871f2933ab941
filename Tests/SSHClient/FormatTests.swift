import Testing

@testable import SSHClient

@Suite("Texts and files")
struct FormatTests {
    @Test("nothing in a command's text means anything to a login shell")
    func escaping() {
        let command = String(decoding: Array(UInt8(1)...UInt8(127)), as: UTF8.self) + "ü"
        let escaped = RemoteCommand.escaped(command)
        let harmless = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 /.-_=,:\\")
        #expect(escaped.allSatisfy(harmless.contains))
        for abandonment in [SSHAbandonment.killRemote, .leaveRunning] {
            let text = RemoteCommand(command, abandonment: abandonment).text
            #expect(!text.contains("!") && !text.contains("\n") && text.filter { $0 == "'" }.count == 4)
        }
    }

    @Test("the mark is found in pieces, with noise before it, and taken out")
    func mark() {
        for size in 1...9 {
            var collector = OutputCollector()
            let bytes = Array("Welcome\n\u{2}farfield x\u{2}farfield 4711\u{3}\nreal\u{2}farfield 1\u{3}\n".utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                collector.append(output: bytes[start..<min(start + size, bytes.count)])
            }
            #expect(collector.process == 4711)
            #expect(collector.standardOutput == Array("real\u{2}farfield 1\u{3}\n".utf8))
        }
        var plain = OutputCollector()
        plain.append(output: "This account is not available.\n".utf8)
        #expect(plain.process == nil && plain.standardOutput.count == 31)
    }

    @Test(
        "known hosts patterns",
        arguments: [
            ("login.example.org", "login.example.org", true), ("LOGIN.example.org", "login.example.org", true),
            ("a,login.example.org", "login.example.org", true), ("*.example.org", "login.example.org", true),
            ("*.example.org,!login.*", "login.example.org", false), ("login?", "login1", true),
            ("login?", "login", false), ("[login]:2222", "[login]:2222", true), ("login", "[login]:2222", false),
            ("*", "", true), ("login.example.org", "login.example.org.evil", false),
        ]
    )
    func patterns(pattern: String, name: String, isMatch: Bool) {
        #expect(KnownHosts.matches(pattern, name) == isMatch)
    }

    @Test("known hosts lines: comments, markers, rubbish and CRLF")
    func lines() {
        let hosts = KnownHosts(
            """
            # comment

            rubbish
            h ssh-ed25519 AAAA comment here\r
            @revoked h ssh-ed25519 BBBB
            @cert-authority *.org ssh-ed25519 CCCC
            \th2,h3   ecdsa-sha2-nistp256 DDDD
            """
        )
        #expect(hosts.lines.map(\.number) == [4, 5, 7])
        let known = hosts.lines(host: "H", port: 22, matchesHashed: { _, _ in false })
        #expect(HostKeyVerdict.of(keyType: "ssh-ed25519", key: "AAAA", among: known) == .trusted)
        #expect(HostKeyVerdict.of(keyType: "ssh-ed25519", key: "BBBB", among: known) == .changed(line: 5))
        #expect(HostKeyVerdict.of(keyType: "ssh-ed25519", key: "EEEE", among: known) == .changed(line: 4))
        #expect(HostKeyVerdict.of(keyType: "ssh-rsa", key: "EEEE", among: known) == .unknown)
        #expect(HostKeyVerdict.algorithms(for: known) == "ssh-ed25519")
        #expect(HostKeyVerdict.algorithms(for: []).hasPrefix("ssh-ed25519,ecdsa"))
        #expect(hosts.lines(host: "h3", port: 22, matchesHashed: { _, _ in false }).map(\.number) == [7])
        #expect(hosts.lines(host: "h3", port: 2222, matchesHashed: { _, _ in false }).isEmpty)
    }

    @Test("rubbish is not a private key", arguments: ["", "hello", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n"])
    func rubbishKey(_ text: String) {
        #expect(PrivateKeyFile(content: Array(text.utf8)) == nil)
    }

    @Test("only what was never sent is safe to repeat")
    func mayHaveRun() {
        #expect(!SSHError.connectionLost(commandMayHaveRun: false).commandMayHaveRun)
        #expect(SSHError.connectionLost(commandMayHaveRun: false).afterSending.commandMayHaveRun)
        #expect(SSHError.timedOut(what: "x", commandMayHaveRun: false).afterSending.commandMayHaveRun)
        #expect(SSHError.cancelled(commandMayHaveRun: false).afterSending.commandMayHaveRun)
        #expect(!SSHError.cannotConnect(host: "h", port: 1, reason: "r").afterSending.commandMayHaveRun)
    }
}
