import Testing

@testable import SSHClient

@Suite("The parts of a transfer")
struct TransferPartTests {
    @Test("what is left out of a file is zeros and nothing else", arguments: 0..<20)
    func zeroRuns(_ round: Int) {
        var random = SystemRandomNumberGenerator()
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 0...8, using: &random) {
            let isZero = Bool.random(using: &random)
            let count = Int.random(in: 0...200_000, using: &random)
            bytes += [UInt8](repeating: isZero ? 0 : UInt8.random(in: 1...255, using: &random), count: count)
        }
        var rebuilt = [UInt8](repeating: 0, count: bytes.count)
        for (offset, run) in ZeroRuns.dense(bytes, at: 1000) {
            let start = Int(offset) - 1000
            rebuilt.replaceSubrange(start..<(start + run.count), with: run)
        }
        let isSame = rebuilt == bytes
        #expect(isSame)
    }

    @Test("a consumer that waits goes on waiting when something else than bytes came")
    func handover() async {
        let handover = Handover<Int>(limit: 10)
        async let all = taken(from: handover)
        handover.open()
        handover.offer(1, weight: 100)
        #expect(!handover.hasRoom)
        handover.open()
        handover.offer(2, weight: 1)
        handover.end()
        #expect(await all == [1, 2])
    }

    private func taken(from handover: Handover<Int>) async -> [Int] {
        var all: [Int] = []
        while let batch = await handover.next() { all += batch }
        return all
    }

    @Test("a producer waits for room, and is told when nobody takes any more")
    func producer() async {
        let handover = Handover<Int>(limit: 10)
        #expect(await handover.put(1, weight: 10))
        async let second = handover.put(2, weight: 10)
        while handover.poll()?.isEmpty == false {}
        #expect(await second)
        async let third = handover.put(3, weight: 10)
        handover.abandon()
        #expect(await !third)
    }

    @Test("what was sent is let go, also when something always waits")
    func memory() {
        let files = FileConversation()
        let bytes = [UInt8](repeating: 1, count: 32 << 10)
        var most = 0
        for round in 0..<500 {
            _ = files.ask(.write([1], offset: UInt64(round) * 32 << 10, bytes[...]))
            if round > 3 { files.didSend(bytes.count) }
            most = max(most, files.heldCount)
        }
        #expect(most < 2 << 20)
    }

    @Test("the requests of a file go out as the server's window allows, and an early end is one")
    func fetch() throws {
        let parts = Handover<FetchedPart>(limit: 1 << 30)
        let work = WorkList([WantedFile(path: "f")])
        let errand = FetchErrand({ work.take() }, to: parts)
        let files = FileConversation()
        try errand.fill(files)
        try errand.take(.handle([7]), to: 1, files)
        try errand.fill(files)
        // Nobody knows its length yet: two requests, of which the first is answered in part.
        #expect(files.lastID == 3)
        try errand.take(.data([1, 2, 3]), to: 2, files)
        try errand.take(.status(.endOfFile), to: 3, files)
        try errand.fill(files)
        // The rest of the first was asked for again, in its place.
        try errand.take(.data([4]), to: 4, files)
        for id in 5...files.lastID { try errand.take(.status(.endOfFile), to: id, files) }
        try errand.fill(files)
        try errand.take(.status(.ok), to: files.lastID, files)
        try errand.fill(files)
        #expect(errand.outcome == 4)
        #expect(parts.poll()?.flatMap(\.bytes) == [1, 2, 3, 4])
    }

    @Test("a processor is asked for AES, and the user's choice of ciphers comes before ours")
    func ciphers() throws {
        #expect(Processor.hasAES("model name : x\nflags\t\t: fpu aes sse\n"))
        #expect(Processor.hasAES("Features\t: fp asimd aes pmull\n"))
        #expect(!Processor.hasAES("flags\t\t: fpu vaes\n"))
        let endpoint = SSHEndpoint(host: "h", user: "u", privateKeyPath: nil, knownHostsPath: nil, transport: .openssh)
        func lines(_ isQuick: Bool) -> [Substring]? {
            ClientOptions.configuration(endpoint, limits: SSHLimits(), mayAsk: false, encryptsAESQuickly: isQuick)?
                .split(separator: "\n")
        }
        #expect(lines(false) == nil)
        let text = try #require(lines(true))
        #expect(text.first?.hasPrefix("Include") == true && text.last?.hasPrefix("Ciphers ^aes128-gcm") == true)
    }
}
