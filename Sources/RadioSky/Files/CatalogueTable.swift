/// A table with units and meanings, which is written as VOTable and as ECSV with the same values.
package struct CatalogueTable: Sendable, Hashable {
    /// Its name in the file.
    package let name: String
    /// What it holds, in one sentence.
    package let description: String
    /// Key and value of what holds for the whole table.
    package let remarks: [Remark]
    /// The columns, all of the same length.
    package let columns: [Column]

    /// What holds for the whole table.
    package struct Remark: Sendable, Hashable {
        /// A word of letters and `_`.
        package let key: String
        /// Any text.
        package let value: String

        init(_ key: String, _ value: String) {
            self.key = key
            self.value = value
        }
    }

    /// A column.
    package struct Column: Sendable, Hashable {
        /// A word of letters and `_`.
        package let name: String
        /// In the words of VOUnits 1.0 that astropy knows too; empty for none.
        package let unit: String
        /// In the words of UCD1+ 1.5.
        package let meaning: String
        /// What it holds, in one sentence.
        package let description: String
        /// Its values.
        package let values: Values

        init(_ name: String, unit: String = "", meaning: String, _ description: String, _ values: Values) {
            self.name = name
            self.unit = unit
            self.meaning = meaning
            self.description = description
            self.values = values
        }
    }

    /// The values of a column.
    package enum Values: Sendable, Hashable {
        case texts([String])
        case numbers([Double])
    }

    /// How many rows there are.
    package var rows: Int {
        switch columns.first?.values {
        case .texts(let texts): texts.count
        case .numbers(let numbers): numbers.count
        case nil: 0
        }
    }
}
