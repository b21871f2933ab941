extension SkyPosition {
    /// The position that a name bears, as in `VLASS2.1.J153200+421500`: `J`, six digits or more of right ascension, a sign,
    /// six digits or more of declination (the IAU's form for designations, each with a fraction if it likes).
    ///
    /// - Parameter name: any text.
    /// - Returns: the first position in it; nil when there is none.
    package static func named(in name: String) -> SkyPosition? {
        // Not bounded on the left: names put `J` after a dot, a letter or nothing.
        let pattern =
            /J(?<hour>[0-9]{2})(?<minute>[0-9]{2})(?<second>[0-9]{2}(?:\.[0-9]+)?)(?<sign>[+-])(?<degree>[0-9]{2})(?<arc>[0-9]{2})(?<last>[0-9]{2}(?:\.[0-9]+)?)/
            .asciiOnlyDigits()
        for match in name.matches(of: pattern) {
            let parts = [match.hour, match.minute, match.second, match.degree, match.arc, match.last]
                .compactMap { Double($0) }
            guard parts.count == 6, parts[0] < 24, parts[3] <= 90, [1, 2, 4, 5].allSatisfy({ parts[$0] < 60 }) else {
                continue
            }
            let declination = parts[3] + parts[4] / 60 + parts[5] / 3600
            guard declination <= 90 else { continue }
            return SkyPosition(
                rightAscension: (parts[0] + parts[1] / 60 + parts[2] / 3600) * 15,
                declination: match.sign == "-" ? -declination : declination
            )
        }
        return nil
    }
}
