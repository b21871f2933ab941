import CPQ

/// The server's answer to one statement.
@safe
final class PostgreSQLResult {
    private let handle: OpaquePointer?

    /// Takes over a result of libpq; nil is "out of memory or connection lost".
    init(_ handle: OpaquePointer?) {
        unsafe self.handle = handle
    }

    deinit {
        unsafe PQclear(handle)
    }

    /// Throws what the answer complains of.
    func check(_ sql: String, link: PostgreSQLLink) throws(StorageError) {
        switch unsafe PQresultStatus(handle) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return
        default: throw error(sql, link: link)
        }
    }

    /// What the server did, for example `COMMIT` or `ROLLBACK`.
    var command: String { unsafe PQcmdStatus(handle).map { unsafe String(cString: $0) } ?? "" }

    /// How many rows were changed.
    var changes: Int {
        switch command.prefix(while: { $0 != " " }) {
        case "INSERT", "UPDATE", "DELETE", "MERGE":
            unsafe PQcmdTuples(handle).flatMap { unsafe Int(String(cString: $0)) } ?? 0
        default: 0
        }
    }

    /// The rows, decoded by their columns' types.
    func rows() throws(StorageError) -> [Row] {
        let width = unsafe PQnfields(handle)
        let columns = (0..<width).map { column in
            unsafe PQfname(handle, column).map { unsafe String(cString: $0) } ?? ""
        }
        let types = (0..<width).map { unsafe PQftype(handle, $0) }
        var rows: [Row] = []
        let height = unsafe PQntuples(handle)
        for row in 0..<height {
            var values: [SQLValue] = []
            values.reserveCapacity(columns.count)
            for column in 0..<width {
                values.append(try value(row, column, types[Int(column)]))
            }
            rows.append(Row(columns: columns, values: values))
        }
        return rows
    }

    private func value(_ row: Int32, _ column: Int32, _ type: Oid) throws(StorageError) -> SQLValue {
        guard unsafe PQgetisnull(handle, row, column) == 0 else { return .null }
        guard let pointer = unsafe PQgetvalue(handle, row, column) else { return .null }
        let text = unsafe String(cString: pointer)
        guard let value = SQLValue(text, type: type) else {
            throw .corrupted(detail: "a value of type \(type) cannot be read")
        }
        return value
    }

    private func error(_ sql: String, link: PostgreSQLLink) -> StorageError {
        let state = field(farfield_diagnostic_sqlstate)
        let message = field(farfield_diagnostic_message) ?? link.message
        let detail = field(farfield_diagnostic_detail).map { "\(message) (\($0))" } ?? message
        let column = [field(farfield_diagnostic_table), field(farfield_diagnostic_column)].compactMap(\.self)
        return StorageError(
            sqlState: state,
            message: detail,
            sql: sql,
            constraint: field(farfield_diagnostic_constraint) ?? column.joined(separator: "."),
            isConnectionAlive: link.isAlive
        )
    }

    private func field(_ code: Int32) -> String? {
        unsafe PQresultErrorField(handle, code).map { unsafe String(cString: $0) }
    }
}

extension SQLValue {
    /// Reads the server's text for a value of a type (object ids of PostgreSQL's `pg_type.dat`).
    fileprivate init?(_ text: String, type: Oid) {
        switch type {
        case 16: self = .integer(text == "t" ? 1 : 0)
        case 20, 21, 23, 26:
            guard let number = Int64(text) else { return nil }
            self = .integer(number)
        case 700, 701:
            guard let number = Double(text) else { return nil }
            self = .real(number)
        case 1700:
            // The sum of BIGINTs is NUMERIC: whole numbers stay integers, as they are in SQLite.
            if let number = Int64(text) {
                self = .integer(number)
            } else {
                guard let number = Double(text) else { return nil }
                self = .real(number)
            }
        case 17:
            guard let bytes = Self.bytes(hexadecimal: text) else { return nil }
            self = .blob(bytes)
        default: self = .text(text)
        }
    }

    /// Reads `\x00ff…` (PostgreSQL manual, 8.4.1).
    private static func bytes(hexadecimal text: String) -> [UInt8]? {
        var digits = text.utf8.makeIterator()
        guard digits.next() == UInt8(ascii: "\\"), digits.next() == UInt8(ascii: "x") else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count / 2)
        while let high = digits.next() {
            guard let low = digits.next(), let high = nibble(high), let low = nibble(low) else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
