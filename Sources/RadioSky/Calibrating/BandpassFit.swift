/// The least-squares fit of a polynomial to the gains of the channels that are kept.
struct BandpassFit {
    /// Largest over smallest eigenvalue of the normal matrix; infinity when it is singular.
    let conditionNumber: Double
    /// The variance of the fitted gain, averaged over the whole band, in units of the variance of one channel.
    let meanLeverage: Double

    /// A fit in Chebyshev polynomials T₀…T_p of the channel's place from −1 to 1: the normal matrix of all channels is
    /// nearly diagonal, gaps make it worse (Press et al., Numerical Recipes §15.4).
    init(order: Int, kept: [Bool]) {
        let rows = kept.indices.map { Self.row(2 * (Double($0) + 0.5) / Double(kept.count) - 1, order: order) }
        let size = order + 1
        var normal = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
        for (row, isKept) in zip(rows, kept) where isKept {
            for i in 0..<size { for j in 0..<size { normal[i][j] += row[i] * row[j] } }
        }
        let system = SymmetricMatrix(normal).eigenSystem()
        let (smallest, largest) = (system.values.min() ?? 0, system.values.max() ?? 0)
        guard smallest > largest * 1e-14 else {
            (conditionNumber, meanLeverage) = (.infinity, .infinity)
            return
        }
        conditionNumber = largest / smallest
        var leverage = 0.0
        for row in rows {
            for (value, vector) in zip(system.values, system.vectors) {
                let projection = zip(row, vector).reduce(0) { $0 + $1.0 * $1.1 }
                leverage += projection * projection / value
            }
        }
        meanLeverage = leverage / Double(rows.count)
    }

    /// T₀…T_p at a place.
    private static func row(_ x: Double, order: Int) -> [Double] {
        var row = [1, x]
        while row.count <= order { row.append(2 * x * row[row.count - 1] - row[row.count - 2]) }
        return row
    }
}

/// A small symmetric matrix of real numbers.
struct SymmetricMatrix {
    private var entries: [[Double]]

    init(_ entries: [[Double]]) { self.entries = entries }

    /// Eigenvalues and unit eigenvectors, by cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations, §8.5).
    func eigenSystem() -> (values: [Double], vectors: [[Double]]) {
        var matrix = self
        let size = entries.count
        var vectors = (0..<size).map { row in (0..<size).map { $0 == row ? 1.0 : 0.0 } }
        for _ in 0..<50 {
            guard matrix.isFarFromDiagonal else { break }
            for p in 0..<size - 1 { for q in p + 1..<size { matrix.rotate(p, q, &vectors) } }
        }
        return ((0..<size).map { matrix.entries[$0][$0] }, vectors)
    }

    private var isFarFromDiagonal: Bool {
        var (outside, inside) = (0.0, 0.0)
        for i in entries.indices {
            for j in entries.indices {
                let square = entries[i][j] * entries[i][j]
                if i == j { inside += square } else { outside += square }
            }
        }
        return outside > inside * 1e-28
    }

    private mutating func rotate(_ p: Int, _ q: Int, _ vectors: inout [[Double]]) {
        guard entries[p][q] != 0 else { return }
        let ratio = (entries[q][q] - entries[p][p]) / (2 * entries[p][q])
        let tangent = (ratio < 0 ? -1 : 1) / (abs(ratio) + (ratio * ratio + 1).squareRoot())
        let cosine = 1 / (tangent * tangent + 1).squareRoot()
        let sine = tangent * cosine
        for k in entries.indices {
            let (first, second) = (entries[k][p], entries[k][q])
            (entries[k][p], entries[k][q]) = (cosine * first - sine * second, sine * first + cosine * second)
        }
        for k in entries.indices {
            let (first, second) = (entries[p][k], entries[q][k])
            (entries[p][k], entries[q][k]) = (cosine * first - sine * second, sine * first + cosine * second)
            let (left, right) = (vectors[p][k], vectors[q][k])
            (vectors[p][k], vectors[q][k]) = (cosine * left - sine * right, sine * left + cosine * right)
        }
    }
}
