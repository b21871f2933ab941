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

    /// Matches rows that have a position; `nil` rows are left unmatched.
    ///
    /// Rows that stand where they stood (within `inPlace`) and are alone there are matched however many others are
    /// within the radius.
    init(old: [SkyPosition?], new: [SkyPosition?], radius: Double, inPlace: Double, pairLimit: Int)
        throws(ReadingError)
    {
        var nearestOld = [Nearest](repeating: Nearest(), count: old.count)
        var nearestNew = [Nearest](repeating: Nearest(), count: new.count)
        let index = SkyIndex(new, radius: radius)
        var looked = 0
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
        classify(nearestOld, nearestNew)
    }

    private mutating func classify(_ old: [Nearest], _ new: [Nearest]) {
        var isPaired = [Bool](repeating: false, count: new.count)
        for (row, nearest) in old.enumerated() {
            guard nearest.candidates > 0 else {
                removed.append(row)
                continue
            }
            let other = new[nearest.index]
            guard other.index == row else {
                // Its nearest neighbour is nearer to another row.
                if nearest.candidates > 1 { ambiguousOld.append(row) } else { removed.append(row) }
                continue
            }
            let isAlone = nearest.candidates == 1 && other.candidates == 1
            if isAlone || (nearest.inPlace == 1 && other.inPlace == 1) {
                pairs.append(Pair(old: row, new: nearest.index, separation: nearest.separation))
                isPaired[nearest.index] = true
            } else {
                ambiguousOld.append(row)
            }
        }
        let settled = Set(pairs.map(\.old))
        for (row, nearest) in new.enumerated() where !isPaired[row] {
            let isFree = nearest.candidates == 0 || (nearest.candidates == 1 && settled.contains(nearest.index))
            if isFree { added.append(row) } else { ambiguousNew.append(row) }
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
