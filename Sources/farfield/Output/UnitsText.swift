import FoundationEssentials

/// Service units as a person reads them.
enum UnitsText {
    /// `12.5`: at most three places; what is less than a thousandth shows as `0.001`.
    static func text(_ amount: Double) -> String {
        let thousandths = (abs(amount) * 1000).rounded(.up)
        guard thousandths.isFinite, thousandths < 1e15 else { return "\(amount)" }
        let whole = Int(thousandths)
        var text = String(whole / 1000)
        var digits = String(String(1000 + whole % 1000).dropFirst())
        while digits.last == "0" { digits.removeLast() }
        if !digits.isEmpty { text += "." + digits }
        return (amount < 0 && whole > 0 ? "-" : "") + text
    }
}
