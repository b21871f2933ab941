internal import Attestation
internal import Glibc

/// Random numbers that are the same for the same seed, dataset and purpose, on every machine.
///
/// xoshiro256** 1.0 (Blackman and Vigna 2021, ACM Trans. Math. Softw. 47, 36). Its state is the SHA-256 of what it is
/// for, so that drawing more for one purpose changes nothing for another.
package struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)
    /// The second number of a pair of Box and Muller, not yet used.
    private var spare: Double?

    /// A generator.
    ///
    /// - Parameters:
    ///   - seed: the seed of the whole simulation.
    ///   - dataset: the name of the dataset.
    ///   - purpose: what the numbers are for: `sky`, `noise`.
    package init(seed: UInt64, dataset: String, purpose: String) {
        let digest = SHA256Digest(of: Array("farfield radio sky 1\n\(seed)\n\(purpose)\n\(dataset)".utf8)).bytes
        let words = stride(from: 0, to: 32, by: 8)
            .map { start in digest[start..<start + 8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
        state = (words[0], words[1], words[2], words[3])
    }

    package mutating func next() -> UInt64 {
        let product = state.1 &* 5
        let result = (product << 7 | product >> 57) &* 9
        let shifted = state.1 << 17
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = state.3 << 45 | state.3 >> 19
        return result
    }

    /// A number of the half-open interval from 0 to 1, with 53 bits.
    package mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// A number between two others.
    package mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * uniform() }

    /// A number of the normal distribution with mean 0 and standard deviation 1 (Box and Muller 1958).
    package mutating func gaussian() -> Double {
        if let value = spare {
            spare = nil
            return value
        }
        let radius = (-2 * log(1 - uniform())).squareRoot()
        let angle = 2 * Double.pi * uniform()
        spare = radius * sin(angle)
        return radius * cos(angle)
    }

    /// A count of the Poisson distribution (Knuth, TAOCP 2, §3.4.1); by the normal distribution above a mean of 200.
    package mutating func poisson(mean: Double) -> Int {
        guard mean > 0 else { return 0 }
        guard mean <= 200 else { return max(0, Int((mean + mean.squareRoot() * gaussian()).rounded())) }
        let limit = exp(-mean)
        var (count, product) = (0, uniform())
        while product > limit {
            count += 1
            product *= uniform()
        }
        return count
    }
}
