import CurlClient
import Documents
import Foundation
import Synchronization
import Testing

@testable import Gateway

/// A clock that is moved by hand.
private final class HandClock: Sendable {
    private let time = Mutex(Int64(1_800_000_000_000_000))

    var keeper: TimeKeeper { TimeKeeper { [self] in Timestamp(microseconds: time.withLock { $0 }) } }

    func move(_ seconds: Double) { time.withLock { $0 += Int64(seconds * 1_000_000) } }
}

@Suite("Rate limits")
struct RateLimiterTests {
    private static func limiter(_ clock: HandClock, _ quota: Int, _ seconds: Int) -> RateLimiter {
        RateLimiter([.reads: RateLimit(quota: quota, windowSeconds: seconds)], keeper: clock.keeper)
    }

    @Test("give the quota at once, refuse the next with the time to wait, and give it back bit by bit")
    func bucket() throws {
        let clock = HandClock()
        let limiter = Self.limiter(clock, 10, 60)
        for left in (0..<10).reversed() {
            let standing = try #require(limiter.count(.reads, .credential("a")))
            #expect(standing.remaining == left && standing.retryAfterSeconds == nil)
        }
        let refused = try #require(limiter.count(.reads, .credential("a")))
        #expect(refused.retryAfterSeconds == 6 && refused.remaining == 0 && refused.resetSeconds == 60)
        #expect(limiter.count(.reads, .credential("b"))?.retryAfterSeconds == nil)
        clock.move(6)
        #expect(limiter.count(.reads, .credential("a"))?.retryAfterSeconds == nil)
        #expect(limiter.count(.reads, .credential("a"))?.retryAfterSeconds == 6)
        clock.move(600)
        #expect(limiter.count(.reads, .credential("a"))?.remaining == 9)
    }

    @Test("let nobody wait longer than a window when the clock was set back")
    func clockSetBack() {
        let clock = HandClock()
        let limiter = Self.limiter(clock, 1, 10)
        _ = limiter.count(.reads, .others)
        clock.move(-86_400)
        #expect((limiter.count(.reads, .others)?.retryAfterSeconds ?? 0) <= 10)
        clock.move(10)
        #expect(limiter.count(.reads, .others)?.retryAfterSeconds == nil)
    }

    @Test("keep a bounded memory, and give nobody a new quota for making it overflow")
    func bounded() {
        let clock = HandClock()
        let limiter = Self.limiter(clock, 2, 60)
        for number in 0..<UInt64(200_000) { _ = limiter.count(.reads, .network(number)) }
        #expect(limiter.size <= RateLimiter.most + 1)
        _ = limiter.count(.reads, .network(7))
        #expect(limiter.count(.reads, .network(7))?.retryAfterSeconds != nil)
        #expect(limiter.count(.reads, .network(1 << 40))?.retryAfterSeconds != nil)
        clock.move(120)
        #expect(limiter.count(.reads, .network(1 << 40))?.retryAfterSeconds == nil)
        #expect(limiter.size < 10)
    }

    @Test("stop who tries tokens, but not a good token from the same address")
    func tries() {
        let clock = HandClock()
        let tries = TokenTries(
            RateLimiter([.badTokens: RateLimit(quota: 3, windowSeconds: 60)], keeper: clock.keeper)
        )
        tries.tried("good", isGood: true, from: .network(1))
        for number in 0..<3 {
            #expect(tries.refusal("bad\(number)", from: .network(1)) == nil)
            tries.tried("bad\(number)", isGood: false, from: .network(1))
        }
        #expect(tries.refusal("bad4", from: .network(1))?.retryAfterSeconds == 20)
        #expect(tries.refusal("good", from: .network(1)) == nil)
        #expect(tries.refusal("bad4", from: .network(2)) == nil)
        clock.move(20)
        #expect(tries.refusal("bad4", from: .network(1)) == nil)
    }

    @Test("count by what is done and who does it; health and metrics are never counted")
    func classes() {
        #expect(RateClass.of(.readJob, isReading: true, isKnown: true) == .reads)
        #expect(RateClass.of(.submitJob, isReading: false, isKnown: true) == .submissions)
        #expect(RateClass.of(.cancelJob, isReading: false, isKnown: true) == .writes)
        #expect(RateClass.of(.readPublished, isReading: true, isKnown: false) == .anonymous)
        #expect(RateClass.of(.submitJob, isReading: false, isKnown: false) == .anonymous)
        #expect(RateClass.of(.signIn, isReading: false, isKnown: true) == .logins)
        #expect(RateClass.of(.watchHealth, isReading: true, isKnown: false) == nil)
        #expect(RateClass.of(.readMetrics, isReading: true, isKnown: true) == nil)
    }

    @Test(
        "are read as written",
        arguments: [
            ("6000/1m", RateLimit(quota: 6000, windowSeconds: 60)), ("10/s", RateLimit(quota: 10, windowSeconds: 1)),
            ("5/1d", RateLimit(quota: 5, windowSeconds: 86_400)), ("0/1m", nil), ("5/0s", nil), ("5/2d", nil),
            ("-1/1m", nil), ("5", nil), ("99999999999/1m", nil), ("1e3/1m", nil),
        ] as [(String, RateLimit?)]
    )
    func text(text: String, limit: RateLimit?) { #expect(RateLimit(text) == limit) }
}

@Suite("Addresses behind proxies")
struct ClientAddressTests {
    @Test(
        "are believed from trusted proxies alone, and only the rightmost that is not one of them",
        arguments: [
            // Nobody is trusted, or somebody else.
            ("192.0.2.9", ["1.1.1.1"], [], "192.0.2.9"),
            ("10.0.0.1", [], [], "10.0.0.1"),
            ("10.0.0.1", ["1.1.1.1"], [], "1.1.1.1"),
            // What a client wrote stands to the left of what the proxy saw.
            ("10.0.0.1", ["6.6.6.6, 1.1.1.1"], [], "1.1.1.1"),
            ("10.0.0.1", ["6.6.6.6", "1.1.1.1, 10.0.0.2"], [], "1.1.1.1"),
            ("10.0.0.1", ["10.0.0.3,10.0.0.2"], [], "10.0.0.3"),
            // What cannot be read ends the walk.
            ("10.0.0.1", ["1.1.1.1, unknown"], [], "10.0.0.1"),
            ("10.0.0.1", ["1.1.1.1, unknown, 10.0.0.2"], [], "10.0.0.2"),
            ("10.0.0.1", ["1.1.1.1:4711"], [], "1.1.1.1"),
            ("10.0.0.1", ["[2001:db8::7]:4711"], [], "2001:db8::7"),
            ("10.0.0.1", ["2001:db8::7"], [], "2001:db8::7"),
            ("10.0.0.1", [], ["for=1.1.1.1;proto=https"], "1.1.1.1"),
            ("10.0.0.1", [], ["proto=https; For=\"[2001:db8::7]:4711\""], "2001:db8::7"),
            ("10.0.0.1", [], ["for=6.6.6.6, for=1.1.1.1"], "1.1.1.1"),
            ("10.0.0.1", [], ["for=_hidden"], "10.0.0.1"),
            // One of the two the proxy did not write: only where they agree is either believed.
            ("10.0.0.1", ["1.1.1.1"], ["for=6.6.6.6"], "10.0.0.1"),
            ("10.0.0.1", ["1.1.1.1"], ["for=1.1.1.1"], "1.1.1.1"),
        ] as [(String, [String], [String], String)]
    )
    func find(peer: String, simple: [String], full: [String], expected: String) throws {
        let found = ClientAddress.find(
            peer: try #require(NetworkAddress(peer)),
            forwardedFor: simple,
            forwarded: full,
            trusted: [try #require(AddressBlock("10.0.0.0/8"))]
        )
        #expect(found == NetworkAddress(expected))
    }

    @Test("stay cheap, however many hops somebody invents")
    func hostile() throws {
        let peer = try #require(NetworkAddress("10.0.0.1"))
        let long = String(repeating: "10.0.0.1,", count: 100_000)
        let block = try #require(AddressBlock("10.0.0.0/8"))
        #expect(ClientAddress.find(peer: peer, forwardedFor: [long], forwarded: [], trusted: [block]) == peer)
    }

    @Test("IPv6 counts by network, IPv4 by address")
    func subjects() throws {
        func subject(_ text: String) throws -> RateSubject { try #require(NetworkAddress(text)).rateSubject }
        #expect(try subject("2001:db8:1:2::1") == subject("2001:db8:1:2:ffff::9"))
        #expect(try subject("2001:db8:1:2::1") != subject("2001:db8:1:3::1"))
        #expect(try subject("192.0.2.1") != subject("192.0.2.2"))
        #expect(try subject("::ffff:192.0.2.1") == subject("192.0.2.1"))
    }
}

@Suite("The configuration of the door")
struct ProtectionReaderTests {
    private static func read(_ text: String) throws -> GatewayConfiguration {
        try ConfigurationReader.read(try Document(yaml: text))
    }

    @Test("rates, caps, proxies and TLS are read")
    func all() throws {
        let configuration = try Self.read(
            """
            tls: {certificate: /a.pem, key: /k.pem, minimumVersion: 1.3}
            trustedProxies: [10.0.0.0/8]
            limits: {rates: {reads: 5/1m, writes: off}, jobsPerPerson: {queued: 3, active: off}, leastBodySpeed: 0}
            """
        )
        let files = TLSFiles(certificate: "/a.pem", key: "/k.pem", minimumVersion: .tls13)
        #expect(configuration.protection.transport == .tls(files))
        #expect(configuration.protection.trustedProxies == [try #require(AddressBlock("10.0.0.0/8"))])
        #expect(configuration.limits.rates[.reads] == RateLimit(quota: 5, windowSeconds: 60))
        #expect(configuration.limits.rates[.writes] == nil)
        #expect(configuration.limits.rates[.logins] == RatePolicy.standard[.logins])
        #expect(configuration.limits.jobsPerPerson == PersonalCaps(queued: 3, active: nil))
        #expect(try Self.read("limits: {rates: off, jobsPerPerson: off}").limits.rates.isEmpty)
    }

    @Test(
        "faults are told",
        arguments: [
            "tls: yes", "tls: {certificate: /a}", "tls: {certificate: /a, key: /b, minimumVersion: 1.1}",
            "trustedProxies: [10.0.0.0/99]", "limits: {rates: {reads: fast}}", "limits: {rates: {looks: 5/1m}}",
            "limits: {jobsPerPerson: {queued: 0}}", "limits: {rates: 5}",
        ]
    )
    func faults(text: String) { #expect(throws: ConfigurationError.self) { try Self.read(text) } }

    @Test(
        "nobody listens in the open without saying so",
        arguments: [
            ("listen: 0.0.0.0:1", false), ("listen: '[::]:1'", false), ("listen: gateway.example.org:1", false),
            ("listen: 127.9.9.9:1", true), ("listen: '[::1]:1'", true), ("listen: localhost:1", true),
            ("{listen: '0.0.0.0:1', tls: off-behind-proxy}", true),
            ("{listen: '0.0.0.0:1', tls: {certificate: /a, key: /b}}", true),
        ]
    )
    func exposure(text: String, isFine: Bool) throws {
        #expect((ProtectionReader.exposure(try Self.read(text)) == nil) == isFine)
    }

    @Test("the environment opens no other door")
    func environment() throws {
        let file = NSTemporaryDirectory() + "farfield-open-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: file) }
        try "logLevel: info".write(toFile: file, atomically: true, encoding: .utf8)
        func load(_ address: String) throws -> GatewayConfiguration {
            try ConfigurationSource(path: file, environment: ["FARFIELD_LISTEN": address]).load()
        }
        #expect(try load("127.0.0.1:8701").listen.port == 8701)
        #expect(throws: ConfigurationError.self) { try load("0.0.0.0:8700") }
    }
}
