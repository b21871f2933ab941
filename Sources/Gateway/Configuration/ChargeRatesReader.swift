internal import Documents

/// Reads `sites[].chargeRates`: SU for each node-hour, by partition.
enum ChargeRatesReader {
    private static let expected = "SU for each node-hour, from 0 to 1000000 with at most 3 places, such as 4 or 0.25"
    private static let largest: Int64 = 1_000_000_000

    static func read(_ field: Field) -> ChargeRates {
        var rates = ChargeRates()
        for (partition, value) in field.entries(limit: 1000) ?? [] {
            guard partition.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._+@-]{0,127}/) != nil else {
                value.fault(
                    "\(ManifestWords.quoted(partition)) is no name of a partition",
                    expected: "a partition, or default"
                )
                continue
            }
            guard let rate = rate(value) else { continue }
            if partition == "default" { rates.standard = rate } else { rates.partitions[partition] = rate }
        }
        return rates
    }

    private static func rate(_ field: Field) -> ChargeRate? {
        guard let text = field.word() else { return nil }
        if let rate = ChargeRate(text), rate.thousandths <= largest { return rate }
        field.fault("\(ManifestWords.quoted(text)) is no charge rate", expected: expected)
        return nil
    }
}
