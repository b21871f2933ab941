import RadioSky
import Testing

@Suite("Strategies against interference")
struct RFIStrategyTests {
    @Test("Overheads are 5, 15, 30 and 45 percent", arguments: zip(RFIStrategy.allCases, [0.05, 0.15, 0.30, 0.45]))
    func overheads(strategy: RFIStrategy, overhead: Double) { #expect(strategy.overhead == overhead) }
}
