import Foundation

/// Repeatable noise for decoders: the same seed gives the same inputs (SplitMix64).
struct Noise: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }

    /// How many inputs one seed gives; more in a long run by hand.
    static let rounds = ProcessInfo.processInfo.environment["FARFIELD_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 1500

    /// A valid input with some bytes changed, removed, repeated or exchanged; sometimes nothing but noise.
    mutating func input(like examples: [[UInt8]]) -> [UInt8] {
        guard var input = examples.randomElement(using: &self), Int.random(in: 0..<20, using: &self) > 0 else {
            return (0..<Int.random(in: 0..<200, using: &self)).map { _ in UInt8.random(in: 0...255, using: &self) }
        }
        for _ in 0...Int.random(in: 0..<3, using: &self) { change(&input) }
        return input
    }

    private mutating func change(_ input: inout [UInt8]) {
        let place = Int.random(in: 0...input.count, using: &self)
        let end = min(input.count, place + Int.random(in: 1...8, using: &self))
        switch Int.random(in: 0..<7, using: &self) {
        case 0 where place < input.count: input[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
        case 1 where place < input.count: input[place] = UInt8.random(in: 0...255, using: &self)
        case 2: input.removeSubrange(place..<end)
        case 3: input.insert(contentsOf: Array(input[place..<end]), at: place)
        case 4: input.removeSubrange(place...)
        case 5:
            let strange: [[UInt8]] = [[0], [0x0a], [0x0a, 0x0a], [0x20], [0xff], Array("9999999999999999999".utf8)]
            input.insert(contentsOf: strange.randomElement(using: &self) ?? [], at: place)
        default:
            let other = Int.random(in: 0...input.count, using: &self)
            input = Array(input[min(place, other)...] + input[..<min(place, other)])
        }
    }
}
