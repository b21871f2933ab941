internal import Documents

/// The classes of the gateway's own queue, by a manifest's `priority`: a higher class goes first, whoever waits in a
/// lower one.
package enum PriorityClass: Int, Sendable, Hashable, CaseIterable, Comparable {
    /// 0 to 29: when nothing else waits.
    case low
    /// 30 to 89.
    case normal
    /// 90 to 100: before everybody else; for those who may (``Operation/sendUrgently``).
    case urgent

    private static let leastNormal = 30
    private static let leastUrgent = 90

    /// The class of a priority from 0 to 100.
    package init(priority: Int) {
        self = priority >= Self.leastUrgent ? .urgent : priority >= Self.leastNormal ? .normal : .low
    }

    /// The same decision in SQL; the index of waiting jobs is made of it.
    static let column =
        "CASE WHEN priority >= \(leastUrgent) THEN 2 WHEN priority >= \(leastNormal) THEN 1 ELSE 0 END"

    package static func < (left: PriorityClass, right: PriorityClass) -> Bool { left.rawValue < right.rawValue }

    /// Refuses a class that is not for everybody.
    ///
    /// - Parameters:
    ///   - priority: what the manifest says.
    ///   - person: who submits.
    /// - Throws: ``GatewayError`` of kind `invalidManifest`.
    static func require(_ priority: Int, for person: Person) throws(GatewayError) {
        guard PriorityClass(priority: priority) == .urgent, Rights.reach(.sendUrgently, of: person) == .none else {
            return
        }
        throw GatewayError(
            .invalidManifest,
            "The job may not go first.",
            faults: [
                Fault(
                    path: "/priority",
                    message: "\(priority) is of the class 'urgent', which is for admins",
                    expected: "0 to \(leastUrgent - 1), or ask an admin to submit it"
                )
            ]
        )
    }
}
