import Synchronization
import Testing

@testable import CurlClient

@Suite(.timeLimit(.minutes(1)))
struct GuardedDownloadTests {
    private let server: FaultyServer
    private let client: HTTPClient

    init() throws {
        server = try FaultyServer.shared.get()
        client = HTTPClient(.init(userAgent: "farfield-tests/1", trustedCertificatesPath: server.certificatePath))
    }

    /// This machine is allowed, as an administrator's list would.
    private var policy: GuardedDownload.Policy {
        .init(
            permits: { address, _ in ["127.0.0.1", "::1"].contains(address.description) },
            allowsPlainHTTP: true,
            maximumByteCount: 1_000_000,
            totalTime: .seconds(30),
            leastSpeed: .init(bytesPerSecond: 1000, during: .seconds(20))
        )
    }

    private func get(
        _ url: String,
        _ policy: GuardedDownload.Policy? = nil,
        headers: HTTPHeaders = [:],
        from position: GuardedDownload.Position? = nil,
        into target: Target = Target()
    ) async throws -> DownloadedFile {
        try await GuardedDownload(client, policy: policy ?? self.policy)(
            url,
            headers: headers,
            from: position,
            begin: { target.begin($0) },
            consume: { target.append($0) }
        )
    }

    private func failure(_ url: String, _ policy: GuardedDownload.Policy? = nil) async -> GuardedDownloadError? {
        do {
            _ = try await get(url, policy)
            return nil
        } catch {
            return error as? GuardedDownloadError
        }
    }

    fileprivate static let content = (0..<300_000).map { UInt8(($0 + $0 / 251) % 251) }

    @Test func aFileComesWithWhatIsSaidOfIt() async throws {
        let target = Target()
        let file = try await get(server.url + "/to?/file?v1,0,well", into: target)
        #expect(target.holdsContent)
        #expect(
            file
                == DownloadedFile(
                    url: server.url + "/file",
                    offset: 0,
                    byteCount: 300_000,
                    etag: "\"v1\"",
                    lastModified: "Fri, 24 May 2013 00:00:00 GMT",
                    mediaType: "image/fits",
                    contentEncoding: nil
                )
        )
    }

    @Test func packedBytesAreGivenAsTheyAre() async throws {
        let target = Target()
        let file = try await get(server.url + "/packed", into: target)
        #expect(file.contentEncoding == "gzip")
        #expect(target.bytes.starts(with: [0x1f, 0x8b]))
        let echo = Target()
        _ = try await get(server.url + "/echo", into: echo)
        #expect(echo.text.contains("Accept-Encoding: identity\n"))
    }

    // MARK: Where it leads

    @Test(arguments: [
        "http://127.0.0.1/", "http://localhost/", "http://0x7f.1/", "http://2130706433/", "http://[::1]/",
        "http://[::ffff:127.0.0.1]/", "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://0/",
    ])
    func insidersAreNotReached(url: String) async throws {
        var strict = policy
        strict.permits = { address, _ in address.isPublic }
        guard case .forbiddenAddress = await failure(url, strict) else {
            Issue.record("\(url) was asked")
            return
        }
    }

    @Test(arguments: ["http://169.254.169.254/latest/meta-data", "//169.254.169.254/", "http://[fe80::1]/"])
    func aRedirectInsideIsNotFollowed(location: String) async throws {
        guard case .forbiddenAddress(let host) = await failure(server.url + "/to?\(location)") else {
            Issue.record("\(location) was asked")
            return
        }
        #expect(location.contains(host))
    }

    @Test func aKeptConnectionIsGuardedToo() async throws {
        // Without the policy's guard, the client opens a connection and keeps it.
        _ = try await client.send(HTTPRequest("GET", server.url + "/plain"))
        var strict = policy
        strict.permits = { address, _ in address.isPublic }
        #expect(await failure(server.url + "/plain", strict) == .forbiddenAddress("127.0.0.1"))
    }

    @Test(arguments: [
        ("file:///etc/passwd", GuardedDownloadError.schemeNotAllowed("file")),
        ("gopher://127.0.0.1:6379/_x", .schemeNotAllowed("gopher")), ("ftp://127.0.0.1/x", .schemeNotAllowed("ftp")),
        ("http://user:word@127.0.0.1/", .passwordInURL), ("http://user@127.0.0.1/", .passwordInURL),
        ("http://:80/", .notAURL),
    ])
    func neitherURLNorRedirectMayBeOdd(url: String, error: GuardedDownloadError) async throws {
        #expect(await failure(url) == error)
        #expect(await failure(server.url + "/to?\(url)") == error)
    }

    @Test(arguments: ["", "x", "/path", "http://a b/", "http://127.0.0.1/\r\nX: y"])
    func whatIsNoURLIsRefused(url: String) async throws {
        #expect(await failure(url) == .notAURL)
    }

    @Test func plainHTTPNeedsToBeAllowed() async throws {
        var strict = policy
        strict.allowsPlainHTTP = false
        #expect(await failure(server.url + "/plain", strict) == .schemeNotAllowed("http"))
        #expect(await failure(server.secureURL + "/plain", strict) == nil)
        #expect(await failure(server.secureURL + "/to?\(server.url)/plain") == .insecureRedirect)
        #expect(await failure(server.url + "/to?\(server.secureURL)/plain") == nil)
    }

    @Test func redirectsEnd() async throws {
        #expect(await failure(server.url + "/loop") == .tooManyRedirects(5))
    }

    @Test func credentialsStayWithTheirServer() async throws {
        let headers: HTTPHeaders = ["Authorization": "Bearer hidden"]
        let here = Target()
        _ = try await get(server.url + "/to?/echo", headers: headers, into: here)
        #expect(here.text.contains("Bearer hidden"))
        let port = try #require(server.url.split(separator: ":").last)
        let other = "http://localhost:\(port)"
        let there = Target()
        _ = try await get(server.url + "/to?\(other)/echo", headers: headers, into: there)
        #expect(!there.text.contains("hidden"))
        let back = Target()
        _ = try await get(server.url + "/to?\(other)/to?\(server.url)/echo", headers: headers, into: back)
        #expect(back.text.hasPrefix("GET /echo"))
        #expect(!back.text.contains("hidden"))
    }

    // MARK: How much, how long

    @Test(arguments: ["10995116277760", "1000001", "99999999999999999999999999"])
    func anAnnouncedGiantIsRefusedAtTheHead(count: String) async throws {
        let target = Target()
        let url = server.url + "/announce?\(count)"
        await #expect {
            try await get(url, into: target)
        } throws: {
            guard case GuardedDownloadError.tooLarge = $0 else { return false }
            return true
        }
        #expect(target.file == nil)
    }

    @Test func anEndlessBodyIsBrokenOff() async throws {
        let target = Target()
        await #expect(throws: GuardedDownloadError.tooLarge(limit: 1_000_000)) {
            try await get(server.url + "/endless?guarded", into: target)
        }
        #expect(target.bytes.count <= 1_000_000)
    }

    @Test func anEndlessHeadIsBrokenOff() async throws {
        guard let error = await failure(server.url + "/endless-head") else {
            Issue.record("it was taken")
            return
        }
        #expect(!error.isTransient)
    }

    @Test(arguments: ["/drip", "/silent", "/never"])
    func whoDripsOrIsSilentIsLeft(path: String) async throws {
        var impatient = policy
        impatient.leastSpeed = .init(bytesPerSecond: 1000, during: .seconds(1))
        #expect(await failure(server.url + path, impatient) == .tooSlow(impatient.leastSpeed))
    }

    @Test(arguments: ["/drip", "/endless", "/never"])
    func timeEnds(path: String) async throws {
        var brief = policy
        brief.maximumByteCount = .max
        brief.totalTime = .milliseconds(300)
        let error = await failure(server.url + path, brief)
        #expect(error == .outOfTime(.milliseconds(300)))
    }

    @Test(arguments: [
        (404, GuardedDownloadError.notThere), (403, .denied(403)), (503, .busy(retryAfterSeconds: 7)),
        (500, .unexpected(500)), (206, .unexpected(206)), (304, .unexpected(304)),
    ])
    func refusalsAreTold(status: Int, error: GuardedDownloadError) async throws {
        #expect(await failure(server.url + "/status?\(status)") == error)
    }

    // MARK: Going on

    /// What a cut at some byte leaves.
    private func cut(at count: Int, tag: String = "v1", into target: Target) async throws -> GuardedDownload.Position {
        await #expect {
            try await get(server.url + "/file?\(tag),\(count),well", into: target)
        } throws: {
            guard case GuardedDownloadError.cut = $0 else { return false }
            return true
        }
        // What curl had not handed over may be lost with the connection.
        return try #require(.init(byteCount: max(1, target.bytes.count), etag: target.file?.etag))
    }

    @Test func aCutFileGoesOn() async throws {
        let target = Target(GuardedDownloadTests.content.prefix(100_000))
        let position = try #require(GuardedDownload.Position(byteCount: 100_000, etag: "\"v1\""))
        let file = try await get(server.url + "/file?v1,0,well", from: position, into: target)
        #expect(file.offset == 100_000)
        #expect(file.byteCount == 300_000)
        #expect(target.holdsContent)
    }

    @Test func aCutIsToldAndLeavesATag() async throws {
        let target = Target()
        let position = try await cut(at: 200_000, into: target)
        #expect(position.etag == "\"v1\"")
    }

    @Test(arguments: ["v2,0,well", "v2,0,bold", "v1,0,deaf", "v1,0,short"])
    func partsOfTwoFilesAreNeverMixed(query: String) async throws {
        // What is there is wrong on purpose: it must all be gone in the end.
        let target = Target(Array(repeating: 0xff, count: 100_000))
        let position = try #require(GuardedDownload.Position(byteCount: 100_000, etag: "\"v1\""))
        let file = try await get(server.url + "/file?\(query)", from: position, into: target)
        #expect(file.offset == 0)
        #expect(target.holdsContent)
    }

    @Test func aFileThatWasCompleteIsNotSentAgain() async throws {
        let target = Target(GuardedDownloadTests.content)
        let position = try #require(GuardedDownload.Position(byteCount: 300_000, etag: "\"v1\""))
        let file = try await get(server.url + "/file?v1,0,well", from: position, into: target)
        #expect(file.offset == 300_000)
        #expect(file.byteCount == 300_000)
        #expect(target.holdsContent)
    }

    @Test func aWeakTagPromisesNothing() {
        #expect(GuardedDownload.Position(byteCount: 5, etag: "W/\"v1\"") == nil)
        #expect(GuardedDownload.Position(byteCount: 5, etag: nil) == nil)
        #expect(GuardedDownload.Position(byteCount: 0, etag: "\"v1\"") == nil)
    }

    @Test func aConsumerThatFailsEndsIt() async throws {
        struct Full: Error, CustomStringConvertible {
            let description = "no space left"
        }
        await #expect(throws: GuardedDownloadError.notTaken("no space left")) {
            try await GuardedDownload(client, policy: policy)(
                server.url + "/plain",
                begin: { _ in },
                consume: { _ in throw Full() }
            )
        }
    }
}

/// A file in memory, as a consumer keeps one.
private final class Target: Sendable {
    private let state: Mutex<(bytes: [UInt8], file: DownloadedFile?)>

    init(_ bytes: some Sequence<UInt8> = []) {
        state = Mutex((Array(bytes), nil))
    }

    var bytes: [UInt8] { state.withLock { $0.bytes } }
    var file: DownloadedFile? { state.withLock { $0.file } }
    /// The comparison apart, since a difference of many bytes takes minutes to be described.
    var holdsContent: Bool { bytes == GuardedDownloadTests.content }
    var text: String { String(decoding: bytes, as: UTF8.self) }

    func begin(_ file: DownloadedFile) {
        state.withLock {
            $0.file = file
            $0.bytes.removeSubrange(file.offset...)
        }
    }

    func append(_ piece: [UInt8]) {
        state.withLock { $0.bytes += piece }
    }
}
