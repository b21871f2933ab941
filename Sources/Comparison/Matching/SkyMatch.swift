/// Which rows of two catalogues are the same object: mutual nearest neighbours on the sphere.
struct SkyMatch {
    /// Two rows that are the same object, and how far apart in arc seconds.
    struct Pair: Equatable {
        let old: Int
        let new: Int
        let separation: Double
    }

    private(set) var pairs: [Pair] = []
    /// Rows with more than one candidate within the radius: not forced into pairs.
    private(set) var ambiguousOld: [Int] = []
    private(set) var ambiguousNew: [Int] = []
    private(set) var removed: [Int] = []
    private(set) var added: [Int] = []

    fileprivate struct Nearest {
        var index = -1
        var separation = Double.infinity
        /// How many candidates stand within the radius, and how many of them where the object was.
        var candidates = 0
        var inPlace = 0
    }

    /// After so many rounds what is left is left: each one settles what the one before made certain.
    private static let rounds = 20

    /// Matches rows that have a position; `nil` rows are left out.
    ///
    /// A pair is certain when both are alone within the radius, or alone where they stood (within `inPlace`). What is
    /// certain is no candidate for others any more.
    init(old: [SkyPosition?], new: [SkyPosition?], radius: Double, inPlace: Double, pairLimit: Int)
        throws(ReadingError)
    {
        var (openOld, openNew) = (old, new)
        var looked = 0
        var last: (old: [Nearest], new: [Nearest]) = ([], [])
        for _ in 0..<Self.rounds {
            last = try Self.look(openOld, openNew, radius, inPlace, pairLimit, &looked)
            let certain = Self.certain(last.old, last.new)
            for pair in certain {
                openOld[pair.old] = nil
                openNew[pair.new] = nil
            }
            pairs += certain
            if certain.isEmpty { break }
        }
        for row in old.indices where openOld[row] != nil {
            if last.old[row].candidates == 0 { removed.append(row) } else { ambiguousOld.append(row) }
        }
        for row in new.indices where openNew[row] != nil {
            if last.new[row].candidates == 0 { added.append(row) } else { ambiguousNew.append(row) }
        }
    }

    /// The nearest candidate of each row, and how many there are.
    private static func look(
        _ old: [SkyPosition?],
        _ new: [SkyPosition?],
        _ radius: Double,
        _ inPlace: Double,
        _ pairLimit: Int,
        _ looked: inout Int
    ) throws(ReadingError) -> (old: [Nearest], new: [Nearest]) {
        var nearestOld = [Nearest](repeating: Nearest(), count: old.count)
        var nearestNew = [Nearest](repeating: Nearest(), count: new.count)
        let index = SkyIndex(new, radius: radius)
        for (row, position) in old.enumerated() {
            guard let position else { continue }
            try index.visit(near: position) { other, otherPosition throws(ReadingError) in
                looked += 1
                guard looked <= pairLimit else { throw .tooLarge(what: "pairs of near rows", limit: pairLimit) }
                let separation = position.separation(to: otherPosition)
                guard separation <= radius else { return }
                nearestOld[row].see(other, separation, inPlace: inPlace)
                nearestNew[other].see(row, separation, inPlace: inPlace)
            }
        }
        return (nearestOld, nearestNew)
    }

    /// Mutual nearest neighbours that cannot be mistaken for others.
    private static func certain(_ old: [Nearest], _ new: [Nearest]) -> [Pair] {
        old.enumerated().compactMap { row, nearest in
            guard nearest.candidates > 0, new[nearest.index].index == row else { return nil }
            let other = new[nearest.index]
            let areAlone = nearest.candidates == 1 && other.candidates == 1
            guard areAlone || (nearest.inPlace == 1 && other.inPlace == 1) else { return nil }
            return Pair(old: row, new: nearest.index, separation: nearest.separation)
        }
    }
}

extension SkyMatch.Nearest {
    fileprivate mutating func see(_ other: Int, _ distance: Double, inPlace tolerance: Double) {
        candidates += 1
        if distance <= tolerance { inPlace += 1 }
        // The lower row of two equally near ones, so that the answer does not depend on the order of the search.
        if distance < separation || (distance == separation && other < index) {
            separation = distance
            index = other
        }
    }
}
