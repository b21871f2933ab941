extension Anomaly {
    /// The same place and figures in somebody's words.
    ///
    /// - Parameters:
    ///   - kind: what they take it for.
    ///   - severity: how much it matters to them.
    ///   - description: what they say of it.
    /// - Returns: an anomaly at the same place.
    package func described(as kind: Kind, _ severity: Severity, _ description: String) -> Anomaly {
        Anomaly(
            kind: kind,
            position: position,
            column: column,
            row: row,
            peakMillijanskys: peakMillijanskys,
            signalToNoise: signalToNoise,
            severity: severity,
            description: description
        )
    }
}
