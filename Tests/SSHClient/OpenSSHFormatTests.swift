import Testing

@testable import SSHClient

@Suite("What comes from ssh and from a server's SFTP")
struct OpenSSHFormatTests {
    private let endpoint = SSHEndpoint(
        host: "h",
        user: "u",
        privateKeyPath: "/k",
        knownHostsPath: "/kh",
        transport: .openssh
    )

    @Test("packets come out whole, however they are cut; one without end is refused")
    func stream() throws {
        let packets = [[UInt8](), [1], [UInt8](repeating: 7, count: 300)]
        let bytes = packets.flatMap { packet in PacketWriter.framed { for byte in packet { $0.put(byte) } } }
        for size in [1, 3, 7, bytes.count] {
            var stream = PacketStream(limit: 1000)
            var found: [[UInt8]] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                stream.append(bytes[start..<min(start + size, bytes.count)])
                while let packet = try stream.next() { found.append(Array(packet)) }
            }
            #expect(found == packets)
        }
        var endless = PacketStream(limit: 1000)
        endless.append([255, 255, 255, 255, 0])
        #expect(throws: PacketStream.TooLong.self) { try endless.next() }
    }

    @Test("whatever bytes come, reading them ends in nil or an answer")
    func hostile() {
        var random = SystemRandomNumberGenerator()
        let kinds: [UInt8] = [2, 101, 102, 103, 104, 105]
        for _ in 0..<5000 {
            let tail = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random) & (Bool.random(using: &random) ? 255 : 3)
            }
            _ = FileAnswer.read(([kinds.randomElement(using: &random) ?? 2] + tail)[...])
            _ = ChannelMessage.read(([0, UInt8.random(in: 90...100, using: &random)] + tail)[...])
        }
        // A folder of four thousand million entries in ten bytes.
        #expect(FileAnswer.read([104, 0, 0, 0, 1, 255, 255, 255, 255, 0]) == nil)
    }

    @Test("a server may send only what its window allows to be fetched, and gets it back")
    func window() {
        var channel = ChannelState(number: 1)
        _ = channel.take(.opened(remote: 9, window: 10, maxPacket: 4))
        #expect(channel.send([1, 2, 3, 4, 5, 6])?.count == 4)
        #expect(channel.send([5, 6])?.count == 2)
        #expect(channel.send([UInt8](repeating: 0, count: 20)[...])?.count == 4)
        #expect(channel.send([0]) == nil)
        _ = channel.take(.window(1))
        #expect(channel.send([0, 0])?.count == 1)
        _ = channel.take(.output([UInt8](repeating: 1, count: 100)[...]))
        #expect(channel.fetch().reply.isEmpty)
        _ = channel.take(.output([UInt8](repeating: 1, count: 1 << 20)[...]))
        #expect(channel.fetch().reply == ChannelMessage.widen(by: 100 + 1 << 20, to: 9))
        #expect(!channel.end().isEmpty && channel.end().isEmpty)
        #expect(!channel.close().isEmpty && channel.close().isEmpty && !channel.isGone)
        _ = channel.take(.closed)
        #expect(channel.isGone)
    }

    @Test(
        "what ssh says when it gives up",
        arguments: [
            (
                "ssh: connect to host h port 22: Connection refused\n",
                SSHError.cannotConnect(host: "h", port: 22, reason: "Connection refused")
            ),
            (
                "u@h: Permission denied (publickey,password).\n",
                .authenticationRefused(
                    user: "u",
                    keyPath: "/k",
                    reason: "it offers publickey,password and accepts none of 0 keys (publickey)"
                )
            ),
            (
                "debug1: Server host key: ssh-ed25519 SHA256:abc\nNo ED25519 host key is known for h and you have requested strict checking.\nHost key verification failed.\n",
                .hostKeyUnknown(
                    host: "h",
                    port: 22,
                    fingerprint: "SHA256:abc",
                    keyType: "ssh-ed25519",
                    knownHostsPath: "/kh"
                )
            ),
            ("", .cannotConnect(host: "h", port: 22, reason: "ssh gives no reason")),
        ]
    )
    func verdict(_ text: String, _ error: SSHError) {
        #expect(ClientVerdict(endpoint, text: text).error == error)
    }

    @Test("ssh is told nothing that a name could turn into an option, and no secret")
    func options() {
        var endpoint = endpoint
        endpoint.host = "-oProxyCommand=evil"
        endpoint.passphrase = "sesame"
        endpoint.privateKeyPath = "/a \"b\"/100%"
        let arguments = ClientOptions.arguments(
            endpoint,
            limits: SSHLimits(),
            socket: "/s",
            configuration: nil,
            mayAsk: true,
            isInterviewed: false
        )
        #expect(arguments.suffix(2) == ["--", "-oProxyCommand=evil"])
        #expect(!arguments.joined().contains("sesame"))
        #expect(arguments.contains("IdentityFile=\"/a \\\"b\\\"/100%%\""))
        #expect(arguments.contains("StrictHostKeyChecking=yes"))
    }

    @Test("a login takes the place of the connection before it, which ends when it is free")
    func renewal() {
        var admission = Admission(limits: SSHLimits(), standing: .loginNeeded(login: "s"))
        admission.arrive(1)
        #expect(admission.advance(at: .now) == [.refuse(waiter: 1, .loginNeeded(login: "s"))])
        let first = admission.begin()
        admission.renewed(first)
        admission.arrive(2)
        #expect(admission.advance(at: .now) == [.admit(waiter: 2, lane: first)])
        let second = admission.begin()
        admission.renewed(second)
        admission.arrive(3)
        #expect(admission.advance(at: .now) == [.admit(waiter: 3, lane: second)])
        admission.leave(first)
        #expect(admission.advance(at: .now) == [.close(lane: first)])
        admission.lost(second)
        admission.arrive(4)
        #expect(admission.advance(at: .now) == [.refuse(waiter: 4, .loginNeeded(login: "s"))])
    }
}
