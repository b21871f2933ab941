/// How fast a budget is spent, and where that leads: a pure function of its figures.
package struct BudgetForecast: Sendable, Hashable {
    /// SU for each day over the last 7 days, settled jobs alone.
    package let perDayOfWeek: Double
    /// SU for each day over the last 30 days, settled jobs alone.
    package let perDayOfMonth: Double
    /// When nothing is left if the last 30 days go on; nil when nothing was spent, or when the time ends before.
    package let exhaustedAt: Timestamp?
    /// What is left at the end of the time if the last 30 days go on; zero when it is exhausted before.
    package let expiresUnused: ServiceUnits

    /// A forecast.
    ///
    /// - Parameters:
    ///   - allocation: the budget.
    ///   - week: what was used and settled in the last 7 days.
    ///   - month: what was used and settled in the last 30 days.
    ///   - now: the present moment.
    package init(_ allocation: Allocation, week: ServiceUnits, month: ServiceUnits, at now: Timestamp) {
        let age = max(1, Double((now - max(allocation.startsAt, allocation.createdAt)).microseconds) / 86_400_000_000)
        perDayOfWeek = Self.perDay(week, min(7, age))
        let monthly = Self.perDay(month, min(30, age))
        perDayOfMonth = monthly
        let left = max(allocation.balance.available, .zero)
        let days = max(0, Double((allocation.endsAt - now).microseconds) / 86_400_000_000)
        let enough = monthly > 0 ? left.number / monthly : .infinity
        if left == .zero {
            exhaustedAt = now
        } else if enough < days {
            exhaustedAt = now + .microseconds(Int64(enough * 86_400_000_000))
        } else {
            exhaustedAt = nil
        }
        let rest = enough < days ? 0 : max(0, left.number - monthly * days)
        let unused = ServiceUnits(thousandthNodeSeconds: Int64(min(rest, 1e11) * Double(ServiceUnits.perUnit)))
        expiresUnused = min(left, unused)
    }

    /// A budget younger than the window is measured by its own age, a day at least.
    private static func perDay(_ used: ServiceUnits, _ days: Double) -> Double {
        (max(used, .zero).number / days * 1000).rounded() / 1000
    }
}
