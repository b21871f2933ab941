import CurlClient
import Testing

struct LoopbackURLTests {
    @Test(arguments: [
        "http://127.0.0.1:8700", "https://localhost/x", "http://LOCALHOST", "http://[::1]:80/", "http://127.9.8.7?q",
        "http://user@127.0.0.1/",
    ])
    func isLoopback(url: String) {
        #expect(LoopbackURL.matches(url))
    }

    @Test(arguments: [
        "http://localhost.example.org", "http://127.0.0.1.example.org", "http://127.0.0.1@example.org/", "127.0.0.1",
        "http://example.org/#@127.0.0.1", "http://128.0.0.1", "http://[::2]/",
    ])
    func isNotLoopback(url: String) {
        #expect(!LoopbackURL.matches(url))
    }
}
