/// Which columns of a table say where its rows are on the sky.
struct PositionColumns {
    let rightAscension: Column
    let declination: Column

    /// Pairs of names, in lower case, that mean equatorial coordinates.
    private static let names = [
        ("ra", "dec"), ("ra_deg", "dec_deg"), ("radeg", "decdeg"), ("radeg", "dedeg"), ("raj2000", "dej2000"),
        ("ra_j2000", "dec_j2000"), ("ra_icrs", "de_icrs"), ("ra_icrs", "dec_icrs"), ("alpha_j2000", "delta_j2000"),
        ("s_ra", "s_dec"), ("ramean", "decmean"), ("right_ascension", "declination"),
    ]

    /// The declared columns, or those with the UCDs `pos.eq.ra` and `pos.eq.dec`, or with usual names.
    init?(_ table: Table, declared: [String]) {
        let found: (Column?, Column?) =
            declared.count == 2
            ? (table[declared[0]], table[declared[1]])
            : Self.byDescriptor(table) ?? Self.byName(table) ?? (nil, nil)
        guard case (let rightAscension?, let declination?) = found,
            rightAscension.cells.contains(where: { $0.number != nil }),
            declination.cells.contains(where: { $0.number != nil })
        else { return nil }
        self.rightAscension = rightAscension
        self.declination = declination
    }

    private static func byDescriptor(_ table: Table) -> (Column?, Column?)? {
        func column(_ descriptor: String) -> Column? {
            let holders = table.columns.filter {
                $0.descriptor.map { $0.lowercased().split(separator: ";").contains(Substring(descriptor)) } ?? false
            }
            return holders.first { $0.descriptor?.lowercased().contains("meta.main") ?? false } ?? holders.first
        }
        guard let rightAscension = column("pos.eq.ra"), let declination = column("pos.eq.dec") else { return nil }
        return (rightAscension, declination)
    }

    private static func byName(_ table: Table) -> (Column?, Column?)? {
        let byName = Dictionary(table.columns.map { ($0.name.lowercased(), $0) }) { first, _ in first }
        guard let pair = names.first(where: { byName[$0.0] != nil && byName[$0.1] != nil }) else { return nil }
        return (byName[pair.0], byName[pair.1])
    }

    /// The position of each row in degrees; nil where there is none.
    func degrees() -> [(rightAscension: Double, declination: Double)?] {
        let (first, second) = (Self.factor(rightAscension), Self.factor(declination))
        return zip(rightAscension.cells, declination.cells).map { alpha, delta in
            guard let alpha = alpha.number, let delta = delta.number else { return nil }
            return (alpha * first, delta * second)
        }
    }

    private static func factor(_ column: Column) -> Double {
        guard let unit = column.unit.flatMap(MeasurementUnit.init), unit.dimension == .angle else { return 1 }
        return unit.factor
    }
}
