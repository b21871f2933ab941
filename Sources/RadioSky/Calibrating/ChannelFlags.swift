/// Which channels of the band are flagged.
struct ChannelFlags {
    /// Channels in the band.
    static let count = 128
    /// Whether each is kept.
    let kept: [Bool]

    /// Interference lies in blocks of neighbouring channels; what a strategy flags of the good data is strewn.
    ///
    /// The same draws serve every strategy, so a harder one flags more of the same.
    init(_ observation: RadioObservation, strategy: RFIStrategy, rfiFraction: Double) {
        var kept = [Bool](repeating: true, count: Self.count)
        var generator = observation.generator("channels")
        let strewn = (0..<Self.count).map { _ in generator.uniform() }
        let blocked = min(Self.count - 16, Int((strategy.completeness * rfiFraction * Double(Self.count)).rounded()))
        var flagged = 0
        while flagged < blocked {
            let width = 4 + Int(generator.uniform() * 9)
            let start = Int(generator.uniform() * Double(Self.count - width))
            for channel in start..<start + width where kept[channel] && flagged < blocked {
                kept[channel] = false
                flagged += 1
            }
        }
        for channel in 0..<Self.count where strewn[channel] < strategy.falseAlarms { kept[channel] = false }
        self.kept = kept
    }
}
