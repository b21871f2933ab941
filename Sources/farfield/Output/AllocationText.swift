/// Allocations as a table.
enum AllocationText {
    /// Prints them, or that there are none.
    static func print(_ allocations: [Wire.Allocation]) throws {
        guard !allocations.isEmpty else {
            Console.standard.note("There are no allocations.")
            return
        }
        var table = Table(
            "ID",
            "SITE",
            "ACCOUNT",
            "STATE",
            "GRANTED",
            "AVAILABLE",
            "RESERVED",
            "USED",
            "PER DAY",
            "ENDS"
        )
        for allocation in allocations {
            table.add(
                allocation.id,
                allocation.site,
                allocation.account,
                allocation.state,
                UnitsText.text(allocation.granted),
                UnitsText.text(allocation.available),
                UnitsText.text(allocation.reserved),
                UnitsText.text(allocation.used),
                allocation.forecast.map { UnitsText.text($0.perDay30) },
                Moment.text(allocation.endsAt)
            )
        }
        try table.print(on: .standard)
    }
}
