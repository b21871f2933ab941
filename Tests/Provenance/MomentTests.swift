import Foundation
import Testing

@testable import Provenance

@Suite("Moments")
struct MomentTests {
    @Test("Any moment prints as the calendar says")
    func calendar() {
        var random = SeededNumbers(seed: 1)
        for _ in 0..<500 {
            // From the year 1600: the platform's older calendar is not the Gregorian one.
            let seconds = Int64.random(in: -11_676_096_000...253_402_300_799, using: &random)
            let moment = Moment(microseconds: seconds * 1_000_000)
            #expect(moment.utc == Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601))
            #expect(Moment(utc: moment.utc) == moment)
        }
    }

    @Test("Only what is printed is read")
    func reading() {
        #expect(Moment(utc: "2026-11-20T19:36:05.123Z")?.microseconds == 1_795_203_365_123_000)
        let wrong = [
            "", "2026-02-29T00:00:00Z", "2026-11-20T24:00:00Z", "2026-11-20T19:36:05+00:00",
            "2026-11-20T19:36:05.120000Z",
            "2026-11-20T19:36:05.000Z", "2026-11-20T19:36:60Z", "2026-13-01T00:00:00Z", "٢026-11-20T19:36:05Z",
            "0000-01-01T00:00:00Z",
        ]
        for text in wrong { #expect(Moment(utc: text) == nil, "\(text)") }
    }

    @Test("Milliseconds are shown when there are any, and what lies beyond year 9999 is not")
    func edges() {
        #expect(Moment(microseconds: 0).utc == "1970-01-01T00:00:00Z")
        #expect(Moment(microseconds: -1).utc == "1969-12-31T23:59:59.999Z")
        #expect(Samples.moment.offset == "2026-11-20T19:36:05.123+00:00")
        #expect(Moment(microseconds: 951_782_400_000_000).day == "2000-02-29")
        #expect(Moment(microseconds: .max).year == "9999")
        #expect(Moment(microseconds: .min).utc == "0001-01-01T00:00:00Z")
    }
}

/// Numbers that are the same for the same seed (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
