import Testing

@testable import CurlClient

@Suite(.timeLimit(.minutes(1)))
struct HTTPUploadTests {
    let server: FaultyServer
    let client = HTTPClient(.init(userAgent: "farfield-tests/1"))

    init() throws {
        server = try FaultyServer.shared.get()
    }

    /// Bytes that tell their place, and how many of them were read.
    private static func source(_ count: Int, _ reads: Tally = Tally()) -> ByteSource {
        ByteSource(byteCount: count) { range in
            reads.add(range.count)
            // Shorter pieces than asked for are allowed.
            return range.prefix(100_000).map { UInt8($0 % 251) }
        }
    }

    @Test(arguments: [0, 1, 100_000, 3_000_000])
    func aSourceArrivesWholeAndInOrder(count: Int) async throws {
        let request = HTTPRequest("PUT", server.url + "/echo", upload: Self.source(count))
        let response = try await client.send(request)
        let start = String(decoding: response.body.prefix(200), as: UTF8.self)
        #expect(start.hasPrefix("PUT /echo HTTP/1.1\n"))
        #expect(start.contains("Content-Length: \(count)\n"))
        #expect(response.body.suffix(count).elementsEqual((0..<count).map { UInt8($0 % 251) }))
    }

    @Test func anotherMethodMayCarryASource() async throws {
        let request = HTTPRequest("POST", server.url + "/echo", upload: ByteSource(Array("abc".utf8)))
        let response = try await client.send(request)
        #expect(response.text.hasPrefix("POST /echo"))
        #expect(response.text.hasSuffix("abc"))
    }

    @Test func whatMustBeSentAgainIsReadAgain() async throws {
        let reads = Tally()
        var request = HTTPRequest("PUT", server.url + "/redirect-content", upload: Self.source(3_000_000, reads))
        request.maximumRedirects = 1
        let response = try await client.send(request)
        #expect(response.body.suffix(3_000_000).elementsEqual((0..<3_000_000).map { UInt8($0 % 251) }))
        #expect(reads.total >= 6_000_000)
    }

    @Test func aServerThatDoesNotReadHoldsTheSourceBack() async throws {
        let reads = Tally()
        let source = ByteSource(byteCount: 1 << 30) { range in
            reads.add(range.count)
            return [UInt8](repeating: 0, count: range.count)
        }
        var request = HTTPRequest("PUT", server.url + "/deaf", upload: source)
        request.timeLimits = .init(connect: .seconds(5), total: nil, stall: .seconds(1))
        await #expect(throws: HTTPClientError.timedOut("nothing was heard for 1.0 seconds")) {
            try await client.send(request)
        }
        // What the kernel keeps between the two is bounded by net.ipv4.tcp_wmem and tcp_rmem.
        #expect(reads.total < 64 << 20)
    }

    @Test func aSourceThatFailsEndsTheRequest() async throws {
        let broken = ByteSource(byteCount: 1_000_000) { range in
            guard range.lowerBound == 0 else { throw Broken() }
            return [UInt8](repeating: 0, count: 10)
        }
        await #expect(throws: HTTPClientError.sourceFailed("the disk is gone")) {
            try await client.send(HTTPRequest("PUT", server.url + "/echo", upload: broken))
        }
        let short = ByteSource(byteCount: 1_000_000) { _ in [] }
        await #expect {
            try await client.send(HTTPRequest("PUT", server.url + "/echo", upload: short))
        } throws: {
            guard case HTTPClientError.sourceFailed = $0 else { return false }
            return true
        }
    }

    @Test func aRefusalBeforeTheEndIsHeard() async throws {
        let reads = Tally()
        let request = HTTPRequest("PUT", server.url + "/refuse", upload: Self.source(1 << 30, reads))
        let response = try await client.send(request)
        #expect(response.status == 403)
        #expect(response.text == "no")
        #expect(reads.total < 1 << 30)
    }

    @Test func cancellingEndsTheReading() async throws {
        let outcome = await withTaskGroup(of: HTTPClientError?.self) { group in
            let (begun, report) = AsyncStream.makeStream(of: Void.self)
            let source = ByteSource(byteCount: 1 << 30) { range in
                report.yield()
                return [UInt8](repeating: 0, count: range.count)
            }
            group.addTask {
                do throws(HTTPClientError) {
                    _ = try await client.send(HTTPRequest("PUT", server.url + "/never", upload: source))
                    return nil
                } catch {
                    return error
                }
            }
            for await _ in begun { break }
            group.cancelAll()
            return await group.next() ?? nil
        }
        #expect(outcome == .cancelled)
    }

    private struct Broken: Error, CustomStringConvertible {
        let description = "the disk is gone"
    }
}
