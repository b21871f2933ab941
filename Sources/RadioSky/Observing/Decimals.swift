internal import Glibc

/// Numbers as text, the same everywhere.
enum Decimals {
    /// A whole number from 0 with at least so many digits.
    static func digits(_ value: Int, count: Int = 2) -> String {
        let text = String(value)
        return String(repeating: "0", count: max(0, count - text.count)) + text
    }

    /// A number with so many decimal places.
    static func text(_ value: Double, _ places: Int) -> String {
        guard value.isFinite, abs(value) < 1e12 else { return "\(value)" }
        let scale = (0..<places).reduce(1) { scale, _ in scale * 10 }
        let scaled = Int((abs(value) * Double(scale)).rounded())
        let sign = value < 0 && scaled != 0 ? "-" : ""
        return places == 0
            ? "\(sign)\(scaled)" : "\(sign)\(scaled / scale).\(digits(scaled % scale, count: places))"
    }

    /// The nearest number with so many significant digits.
    static func rounded(_ value: Double, digits: Int) -> Double {
        guard value.isFinite, value != 0 else { return value }
        let places = digits - 1 - Int(log10(abs(value)).rounded(.down))
        // Dividing by a power of ten that is exact gives the double that stands for the decimal.
        let power = (0..<abs(places)).reduce(1.0) { power, _ in power * 10 }
        return places >= 0 ? (value * power).rounded() / power : (value / power).rounded() * power
    }
}
