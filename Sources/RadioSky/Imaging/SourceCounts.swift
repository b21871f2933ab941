internal import Glibc

/// How many radio sources there are at 1.4 GHz.
///
/// The fit of Hopkins et al. 2003, AJ 125, 465.
package enum SourceCounts {
    /// log₁₀ of S^2.5·dN/dS in Jy^1.5 sr⁻¹ as a polynomial of log₁₀ of S in mJy, the constant term first.
    private static let coefficients = [0.859, 0.508, 0.376, -0.049, -0.121, 0.057, -0.008]
    /// Where the fit holds: 0.05 to 1,000 mJy at 1.4 GHz.
    ///
    /// No source is drawn outside.
    package static let millijanskys = 0.05...1000.0
    /// The frequency of the counts.
    package static let frequencyGHz = 1.4
    /// Flux density goes as frequency to this power, in the mean.
    package static let meanSpectralIndex = -0.7

    /// The Euclidean-normalised count S^2.5·dN/dS.
    ///
    /// - Parameter millijanskys: S at 1.4 GHz.
    /// - Returns: Jy^1.5 sr⁻¹.
    package static func normalised(at millijanskys: Double) -> Double {
        let logarithm = log10(millijanskys)
        return pow(10, coefficients.reversed().reduce(0) { $0 * logarithm + $1 })
    }

    /// The differential count.
    ///
    /// - Parameter millijanskys: S at 1.4 GHz.
    /// - Returns: sources per steradian and jansky.
    package static func differential(at millijanskys: Double) -> Double {
        normalised(at: millijanskys) * pow(millijanskys / 1000, -2.5)
    }

    /// Sources between a flux density and 1 Jy.
    ///
    /// - Parameter limit: the least flux density at 1.4 GHz in mJy.
    /// - Returns: sources per steradian.
    package static func perSteradian(above limit: Double) -> Double {
        cumulative(from: limit).last?.sources ?? 0
    }

    /// Sources per steradian above each of 400 flux densities, from the strongest down, by the trapezoidal rule in the
    /// logarithm: no step is larger than 0.011 dex.
    static func cumulative(from limit: Double) -> [(millijanskys: Double, sources: Double)] {
        let (low, high) = (log(max(millijanskys.lowerBound, limit)), log(millijanskys.upperBound))
        guard low < high else { return [] }
        let step = (high - low) / 400
        var table = [(millijanskys: exp(high), sources: 0.0)]
        var before = differential(at: exp(high)) * exp(high) / 1000
        for index in 1...400 {
            let flux = exp(high - Double(index) * step)
            let here = differential(at: flux) * flux / 1000
            table.append((flux, table[index - 1].sources + (before + here) / 2 * step))
            before = here
        }
        return table
    }
}
