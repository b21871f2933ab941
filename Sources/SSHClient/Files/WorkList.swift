import Synchronization

/// Things to be done, of which several workers each take the next.
final class WorkList<Element: Sendable>: Sendable {
    private let rest: Mutex<ArraySlice<Element>>

    init(_ elements: [Element]) { rest = Mutex(elements[...]) }

    /// How many are left.
    var count: Int { rest.withLock { $0.count } }

    /// The next one; nil when none is left.
    func take() -> Element? { rest.withLock { $0.popFirst() } }
}
