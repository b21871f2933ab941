package import Documents

extension FolderComparison {
    /// The whole result as JSON; the same result gives the same text.
    package var jsonValue: JSONValue {
        [
            "verdict": .string(verdict.name), "sentence": .string(sentence),
            "reasons": .array(reasons.prefix(100).map(JSONValue.string)),
            "same": .array(same.map(JSONValue.string)), "added": .array(added.map(JSONValue.string)),
            "removed": .array(removed.map(JSONValue.string)),
            "renamed": .array(renamed.map { ["old": .string($0.old), "new": .string($0.new)] }),
            "changed": .array(changed.map(\.jsonValue)),
        ]
    }
}

extension FileComparison {
    /// The result as JSON.
    package var jsonValue: JSONValue {
        var members: [String: JSONValue] = [
            "path": .string(path), "kind": .string(kind.rawValue), "verdict": .string(verdict.name),
            "sentence": .string(sentence),
        ]
        if case .notCompared(let reason) = verdict { members["reason"] = .string(reason) }
        switch detail {
        case .none: break
        case .tables(let tables): members["tables"] = .array(tables.map(\.jsonValue))
        case .json(let found): members["values"] = found.jsonValue
        case .text(let found): members["text"] = found.jsonValue
        case .fits(let found): members["units"] = .array(found.units.map(\.jsonValue))
        }
        return .object(members)
    }
}

extension TableComparison {
    /// The result as JSON.
    package var jsonValue: JSONValue {
        var members: [String: JSONValue] = [
            "matching": matching.jsonValue, "sentence": .string(sentence), "oldRows": .integer(oldRows),
            "newRows": .integer(newRows), "matched": .integer(matched), "same": .integer(same),
            "changed": .integer(changed), "moved": .integer(moved), "added": .integer(added),
            "removed": .integer(removed), "ambiguous": .integer(ambiguous),
            "columnsOnlyInOld": .array(columnsOnlyInOld.map(JSONValue.string)),
            "columnsOnlyInNew": .array(columnsOnlyInNew.map(JSONValue.string)),
            "crossed": .integer(crossingCount),
        ]
        members["unitDifferences"] = .array(
            unitDifferences.map {
                ["column": .string($0.column), "old": .optional($0.old), "new": .optional($0.new)]
            }
        )
        members["columns"] = .array(columns.map(\.jsonValue))
        members["rows"] = .array(rows.map(\.jsonValue))
        members["crossings"] = .array(
            crossings.map {
                [
                    "column": .string($0.column), "threshold": .real($0.threshold), "oldRow": .integer($0.oldRow),
                    "old": .real($0.old), "new": .real($0.new),
                ]
            }
        )
        if let separations { members["separationsArcSeconds"] = separations.jsonValue }
        return .object(members)
    }
}

extension TableComparison.Matching {
    fileprivate var jsonValue: JSONValue {
        switch self {
        case .positions(let rightAscension, let declination, let radius):
            [
                "by": "positions", "columns": [.string(rightAscension), .string(declination)],
                "radiusArcSeconds": .real(radius),
            ]
        case .keys(let names): ["by": "keys", "columns": .array(names.map(JSONValue.string))]
        case .rowNumbers: ["by": "row numbers"]
        }
    }
}

extension TableComparison.RowDifference {
    fileprivate var jsonValue: JSONValue {
        var members: [String: JSONValue] = [
            "change": .string(change.rawValue), "label": .string(label), "cells": .array(cells.map(\.jsonValue)),
        ]
        if let oldRow { members["oldRow"] = .integer(oldRow) }
        if let newRow { members["newRow"] = .integer(newRow) }
        if let separation { members["separationArcSeconds"] = .real(separation) }
        return .object(members)
    }
}

extension TableComparison.CellDifference {
    fileprivate var jsonValue: JSONValue {
        var members: [String: JSONValue] = [
            "column": .string(column), "old": old.jsonValue, "new": new.jsonValue,
        ]
        if let delta { members["delta"] = .real(delta) }
        return .object(members)
    }
}

extension TableComparison.ColumnDifference {
    fileprivate var jsonValue: JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(name), "compared": .integer(compared), "differing": .integer(differing),
            "within": .integer(within), "nanMismatches": .integer(nanMismatches),
        ]
        if let differences { members["differences"] = differences.jsonValue }
        if let worst { members["worst"] = worst.jsonValue }
        if let worstRow { members["worstRow"] = .integer(worstRow) }
        return .object(members)
    }
}

extension Quantiles {
    var jsonValue: JSONValue {
        ["p50": .real(median), "p90": .real(ninetieth), "p99": .real(ninetyNinth), "max": .real(maximum)]
    }
}

extension Cell {
    var jsonValue: JSONValue {
        switch self {
        case .missing: .null
        case .integer(let value): .integer(value)
        case .real(let value): .real(value)
        case .text: .string(description)
        case .list(let values): .array(values.prefix(20).map(JSONValue.real))
        }
    }
}

extension JSONValue {
    static func optional(_ text: String?) -> JSONValue { text.map(JSONValue.string) ?? .null }
}
