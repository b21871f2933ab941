/// An amount of service units (SU): node-hours times the partition's charge rate.
///
/// Kept in whole node-seconds times thousandths of the rate, so that sums are exact: one SU is 3,600,000 of them.
package struct ServiceUnits: Sendable, Hashable, Comparable {
    /// Node-seconds times thousandths of the charge rate; negative for what is taken away.
    package let thousandthNodeSeconds: Int64

    /// How many make one SU.
    package static let perUnit: Int64 = 3_600_000

    /// Nothing.
    package static let zero = ServiceUnits(thousandthNodeSeconds: 0)

    /// An amount.
    package init(thousandthNodeSeconds: Int64) { self.thousandthNodeSeconds = thousandthNodeSeconds }

    /// What a use of nodes costs; the largest amount there is where it would be more.
    ///
    /// - Parameters:
    ///   - nodeSeconds: nodes times seconds, 0 or more.
    ///   - rate: SU for each node-hour.
    package init(nodeSeconds: Int64, rate: ChargeRate) {
        let (product, overflow) = nodeSeconds.multipliedReportingOverflow(by: rate.thousandths)
        self.init(thousandthNodeSeconds: overflow ? .max : product)
    }

    /// Reads a decimal number of SU with at most three places, such as `1250` or `0.25`; nil when it is none.
    package init?(_ text: String) {
        guard let thousandths = Self.thousandths(text) else { return nil }
        let (product, overflow) = thousandths.multipliedReportingOverflow(by: Self.perUnit / 1000)
        guard !overflow else { return nil }
        self.init(thousandthNodeSeconds: product)
    }

    /// A decimal number with at most three places, in thousandths.
    static func thousandths(_ text: String) -> Int64? {
        guard let match = text.wholeMatch(of: /(-?)([0-9]{1,12})(?:\.([0-9]{1,3}))?/) else { return nil }
        let fraction = (match.3.map(String.init) ?? "").padding(to: 3)
        guard let whole = Int64(match.2), let part = Int64(fraction) else { return nil }
        return (match.1.isEmpty ? 1 : -1) * (whole * 1000 + part)
    }

    package static func < (left: ServiceUnits, right: ServiceUnits) -> Bool {
        left.thousandthNodeSeconds < right.thousandthNodeSeconds
    }

    package static func + (left: ServiceUnits, right: ServiceUnits) -> ServiceUnits {
        let (sum, overflow) = left.thousandthNodeSeconds.addingReportingOverflow(right.thousandthNodeSeconds)
        return ServiceUnits(thousandthNodeSeconds: overflow ? .max : sum)
    }

    package static func - (left: ServiceUnits, right: ServiceUnits) -> ServiceUnits {
        ServiceUnits(thousandthNodeSeconds: left.thousandthNodeSeconds - right.thousandthNodeSeconds)
    }

    package static prefix func - (amount: ServiceUnits) -> ServiceUnits { .zero - amount }

    /// So many times the amount; the largest amount there is where it would be more.
    package static func * (amount: ServiceUnits, count: Int) -> ServiceUnits {
        let (product, overflow) = amount.thousandthNodeSeconds.multipliedReportingOverflow(by: Int64(count))
        return ServiceUnits(thousandthNodeSeconds: overflow ? .max : product)
    }

    /// The amount in SU, rounded to six places: for people and JSON numbers, not for sums.
    package var number: Double {
        let millionths = Double(thousandthNodeSeconds) / 3.6
        return millionths.rounded() / 1_000_000
    }
}

extension ServiceUnits: CustomStringConvertible {
    /// Such as `12.5 SU`: at most three places, rounded away from zero so that no cost is hidden.
    package var description: String {
        let magnitude = thousandthNodeSeconds.magnitude
        let thousandths = magnitude / 3600 + (magnitude % 3600 == 0 ? 0 : 1)
        var text = String(thousandths / 1000)
        let rest = thousandths % 1000
        if rest > 0 {
            var digits = String(rest + 1000).dropFirst()
            while digits.last == "0" { digits.removeLast() }
            text += "." + digits
        }
        return (thousandthNodeSeconds < 0 ? "-" : "") + text + " SU"
    }
}

/// SU that a node-hour costs, in whole thousandths.
package struct ChargeRate: Sendable, Hashable {
    /// Thousandths of an SU for each node-hour, 0 or more.
    package let thousandths: Int64

    /// One SU for each node-hour.
    package static let one = ChargeRate(thousandths: 1000)

    /// A rate.
    package init(thousandths: Int64) { self.thousandths = thousandths }

    /// Reads a decimal number of SU per node-hour with at most three places; nil when it is none or negative.
    package init?(_ text: String) {
        guard let thousandths = ServiceUnits.thousandths(text), thousandths >= 0 else { return nil }
        self.init(thousandths: thousandths)
    }
}

extension String {
    fileprivate func padding(to count: Int) -> String {
        self + String(repeating: "0", count: max(0, count - self.count))
    }
}
