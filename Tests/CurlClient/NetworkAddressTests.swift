import CurlClient
import Testing

@Suite(.timeLimit(.minutes(1)))
struct NetworkAddressTests {
    @Test(arguments: [
        "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
        "172.31.255.255", "192.168.1.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "255.255.255.255", "::", "::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "fe80::1", "fc00::1", "fd12::1", "ff02::1",
        "2001:db8::1", "2002:7f00:1::", "::127.0.0.1",
    ])
    func isNotPublic(text: String) throws {
        #expect(try !#require(NetworkAddress(text)).isPublic)
    }

    @Test(arguments: ["8.8.8.8", "172.32.0.1", "100.128.0.1", "192.0.3.1", "2606:4700::1111", "::ffff:9.9.9.9"])
    func isPublic(text: String) throws {
        #expect(try #require(NetworkAddress(text)).isPublic)
    }

    @Test(arguments: ["", "localhost", "1.2.3", "0x7f.1", "[::1]", "1.2.3.4.5", "127.0.0.1:80", "10.0.0.0/8"])
    func isNoAddress(text: String) {
        #expect(NetworkAddress(text) == nil)
    }

    @Test func blocksHoldTheirAddresses() throws {
        let block = try #require(AddressBlock("10.32.0.0/11"))
        #expect(block.contains(try #require(NetworkAddress("10.63.255.255"))))
        #expect(!block.contains(try #require(NetworkAddress("10.64.0.0"))))
        let one = try #require(AddressBlock("::1"))
        #expect(one.contains(try #require(NetworkAddress("::1"))))
        #expect(!one.contains(try #require(NetworkAddress("::2"))))
        let everything = try #require(AddressBlock("0.0.0.0/0"))
        #expect(everything.contains(try #require(NetworkAddress("::ffff:1.2.3.4"))))
        #expect(!everything.contains(try #require(NetworkAddress("::1"))))
        for text in ["10.0.0.0/33", "10.0.0.0/", "10.0.0.0/-1", "10.0.0.0/08", "/8", "x/8", "::/129"] {
            #expect(AddressBlock(text) == nil, "\(text)")
        }
    }

    @Test(arguments: ["http://127.0.0.1", "http://localhost", "http://0x7f.1", "http://2130706433"])
    func aGuardSeesTheAddressBehindTheName(host: String) async throws {
        let server = try FaultyServer.shared.get()
        let port = try #require(server.url.split(separator: ":").last)
        let client = HTTPClient(.init(userAgent: "farfield-tests/1"))
        var request = HTTPRequest("GET", "\(host):\(port)/plain")
        request.mayConnect = { $0.isPublic }
        let error = await #expect(throws: HTTPClientError.self) { try await client.send(request) }
        guard case .forbiddenAddress(let addresses) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(addresses.contains("127.0.0.1"))
        request.mayConnect = { !$0.isPublic }
        #expect(try await client.send(request).status < 500)
    }
}
