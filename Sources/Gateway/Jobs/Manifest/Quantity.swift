/// Reads the quantities people write: durations and amounts of memory.
package enum Quantity {
    /// What a walltime looks like.
    static let walltimeForms = "a walltime such as 01:30:00 (hours:minutes:seconds), 2-00:00:00 (days), 90m or 1h30m"
    /// What an amount of memory looks like.
    static let memoryForms = "an amount with its unit, such as 512M, 4G or 4GiB (binary) or 4GB (decimal)"

    /// Seconds of `HH:MM:SS`, `D-HH:MM:SS`, or numbers with the units d, h, m, s; nil when it is none of these.
    ///
    /// - Parameter text: the written form.
    /// - Returns: seconds.
    package static func seconds(_ text: String) -> Int? {
        if let match = text.wholeMatch(of: /(?:([0-9]{1,3})-)?([0-9]{1,4}):([0-5][0-9]):([0-5][0-9])/) {
            guard let hours = Int(match.2), let minutes = Int(match.3), let seconds = Int(match.4) else { return nil }
            let days = match.1.flatMap { Int($0) } ?? 0
            return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
        }
        guard
            let match = text.wholeMatch(of: /(?:([0-9]{1,6})d)?(?:([0-9]{1,6})h)?(?:([0-9]{1,7})m)?(?:([0-9]{1,8})s)?/),
            !text.isEmpty
        else { return nil }
        let parts = [(match.1, 86400), (match.2, 3600), (match.3, 60), (match.4, 1)]
        return parts.reduce(0) { sum, part in sum + (part.0.flatMap { Int($0) } ?? 0) * part.1 }
    }

    /// MiB of an amount of memory, rounded up; nil when it is not one.
    ///
    /// `M`, `G`, `T` and `MiB`, `GiB`, `TiB` are powers of 1024 as in Slurm; `MB`, `GB`, `TB` are powers of 1000.
    ///
    /// - Parameter text: the written form.
    /// - Returns: MiB.
    package static func mebibytes(_ text: String) -> Int? {
        guard let match = text.wholeMatch(of: /([0-9]{1,9})(?:\.([0-9]{1,3}))? ?([MGT])(i?B)?/) else { return nil }
        let decimal = match.4 == "B"
        let steps = match.3 == "M" ? 2 : match.3 == "G" ? 3 : 4
        let unit = (0..<steps).reduce(1.0) { value, _ in value * (decimal ? 1000 : 1024) }
        guard let amount = Double("\(match.1).\(match.2 ?? "0")") else { return nil }
        return Int((amount * unit / 1_048_576).rounded(.up))
    }

    /// `D-HH:MM:SS` or `HH:MM:SS`, as Slurm writes a duration.
    ///
    /// - Parameter seconds: not negative.
    /// - Returns: the text.
    package static func walltime(_ seconds: Int) -> String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let days = seconds / 86400
        let clock = "\(two(seconds / 3600 % 24)):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
        return days > 0 ? "\(days)-\(clock)" : clock
    }
}
