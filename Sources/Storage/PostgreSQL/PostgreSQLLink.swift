import CPQ

/// One connection to a server.
///
/// Sendable without a check: its owner (a lane or the listener) uses it from one dispatch queue at a time, and the
/// pointer is freed only when the last reference goes.
@safe
final class PostgreSQLLink: @unchecked Sendable {
    private let handle: OpaquePointer

    /// Connects, waiting for at most the URI's `connect_timeout` or ten seconds, then runs `setup`.
    init(uri: String, setup: String) throws(StorageError) {
        // Keywords before `dbname` are defaults that the URI may change, those after it are not.
        let parameters = [
            ("application_name", "farfield"), ("connect_timeout", "10"), ("tcp_user_timeout", "30000"),
            ("keepalives_idle", "30"), ("dbname", uri), ("client_encoding", "UTF8"),
        ]
        let opened = unsafe Self.withCStrings(parameters.map(\.0)) { keywords in
            unsafe Self.withCStrings(parameters.map(\.1)) { values in
                unsafe PQconnectdbParams(keywords, values, 1)
            }
        }
        guard let opened = unsafe opened else { throw .unavailable(detail: "out of memory") }
        unsafe handle = opened
        // Without this, notices of the server go to the standard error of the program.
        unsafe PQsetNoticeProcessor(handle, { _, _ in }, nil)
        guard unsafe PQstatus(handle) == CONNECTION_OK else { throw .unavailable(detail: message) }
        try run(script: setup)
    }

    deinit {
        unsafe PQfinish(handle)
    }

    /// Whether the connection is still of use.
    var isAlive: Bool { unsafe PQstatus(handle) == CONNECTION_OK }

    /// Whether the server has an open transaction for us, sound or not.
    var isInTransaction: Bool {
        let status = unsafe PQtransactionStatus(handle)
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR
    }

    /// The socket, for waiting until something arrives.
    var socket: Int32 { unsafe PQsocket(handle) }

    /// The connection's last error, on one line.
    var message: String {
        let text = unsafe PQerrorMessage(handle).map { unsafe String(cString: $0) } ?? "no message"
        return text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// Runs statements without parameters, separated by semicolons, and drops their rows.
    func run(script: String) throws(StorageError) {
        let result = unsafe PostgreSQLResult(PQexec(handle, script))
        try result.check(script, link: self)
    }

    /// Runs one statement.
    func run(_ sql: String, _ bindings: [SQLValue]) throws(StorageError) -> PostgreSQLResult {
        let parameters = PostgreSQLParameters(bindings)
        let answer = unsafe parameters.withPointers { values in
            unsafe PQexecParams(
                handle,
                sql,
                Int32(bindings.count),
                parameters.types,
                values,
                parameters.lengths,
                parameters.formats,
                0
            )
        }
        let result = unsafe PostgreSQLResult(answer)
        try result.check(sql, link: self)
        return result
    }

    /// Takes in what has arrived and returns the signals in it; nil when the connection is lost.
    func notifications() -> [TransactionNotes.Signal]? {
        guard unsafe PQconsumeInput(handle) == 1 else { return nil }
        var signals: [TransactionNotes.Signal] = []
        while let notification = unsafe PQnotifies(handle) {
            unsafe signals.append(
                .init(
                    channel: String(cString: notification.pointee.relname),
                    payload: String(cString: notification.pointee.extra)
                )
            )
            unsafe PQfreemem(notification)
        }
        return signals
    }

    private static func withCStrings<T>(
        _ strings: [String],
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> T
    ) -> T {
        let parameters = PostgreSQLParameters(strings.map(SQLValue.text))
        return unsafe parameters.withPointers(body)
    }
}
