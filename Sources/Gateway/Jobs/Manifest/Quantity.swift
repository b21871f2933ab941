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
    package static func seconds(_ text: String) -> Int? { clock(Digits(text)) ?? sum(Digits(text)) }

    /// `D-HH:MM:SS`, the days left out or not.
    private static func clock(_ text: Digits) -> Int? {
        var text = text
        guard var hours = text.number(digits: 1...4) else { return nil }
        var days = 0
        if text.take("-") {
            guard hours.digits <= 3, let more = text.number(digits: 1...4) else { return nil }
            (days, hours) = (hours.value, more)
        }
        guard text.take(":"), let minutes = text.number(digits: 2...2), minutes.value < 60, text.take(":"),
            let seconds = text.number(digits: 2...2), seconds.value < 60, text.isAtEnd
        else { return nil }
        return ((days * 24 + hours.value) * 60 + minutes.value) * 60 + seconds.value
    }

    /// Numbers with the units d, h, m and s, in this order.
    private static func sum(_ text: Digits) -> Int? {
        guard !text.isAtEnd else { return nil }
        var text = text
        var sum = 0
        for (unit, digits, seconds) in [("d", 6, 86400), ("h", 6, 3600), ("m", 7, 60), ("s", 8, 1)] {
            var ahead = text
            guard let number = ahead.number(digits: 1...digits), ahead.take(unit) else { continue }
            sum += number.value * seconds
            text = ahead
        }
        return text.isAtEnd ? sum : nil
    }

    /// MiB of an amount of memory, rounded up; nil when it is not one.
    ///
    /// `M`, `G`, `T` and `MiB`, `GiB`, `TiB` are powers of 1024 as in Slurm; `MB`, `GB`, `TB` are powers of 1000.
    ///
    /// - Parameter text: the written form.
    /// - Returns: MiB.
    package static func mebibytes(_ text: String) -> Int? {
        var rest = Digits(text)
        guard let whole = rest.number(digits: 1...9) else { return nil }
        var part = 0.0
        if rest.take(".") {
            guard let digits = rest.number(digits: 1...3) else { return nil }
            part = Double(digits.value) / [1, 10, 100, 1000][digits.digits]
        }
        _ = rest.take(" ")
        guard let steps = rest.take("M") ? 2 : rest.take("G") ? 3 : rest.take("T") ? 4 : nil else { return nil }
        let isDecimal = rest.take("B")
        if !isDecimal, !rest.isAtEnd { guard rest.take("i"), rest.take("B") else { return nil } }
        guard rest.isAtEnd else { return nil }
        let unit = (0..<steps).reduce(1.0) { value, _ in value * (isDecimal ? 1000 : 1024) }
        return Int(((Double(whole.value) + part) * unit / 1_048_576).rounded(.up))
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

/// A text read from its beginning: numbers and single characters. (A regex literal is compiled anew at each use.)
private struct Digits {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = text[...].utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    /// The number at the beginning, when it has so many digits and no more.
    mutating func number(digits range: ClosedRange<Int>) -> (value: Int, digits: Int)? {
        let found = rest.prefix { (0x30...0x39).contains($0) }
        guard range.contains(found.count), let value = Int(Substring(found)) else { return nil }
        rest = rest.dropFirst(found.count)
        return (value, found.count)
    }

    /// Goes past a character, if it is the next one.
    mutating func take(_ character: String) -> Bool {
        guard let byte = character.utf8.first, rest.first == byte else { return false }
        rest = rest.dropFirst()
        return true
    }
}
