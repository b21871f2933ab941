import CPQ
import Foundation

/// One of PostgreSQL's own programs; blocks while it runs.
///
/// It gets the connection through libpq's environment variables, so that no password stands in the list of processes.
struct PostgreSQLProgram: Sendable {
    private let name: String
    private let path: String
    private let variables: [String: String]

    /// Looks for the program in `PATH`.
    init(_ name: String, uri: String) throws(StorageError) {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin").split(separator: ":")
        guard let path = folders.map({ "\($0)/\(name)" }).first(where: FileManager.default.isExecutableFile) else {
            throw .configuration(
                detail: "\(name) is not installed; Debian has it in the package postgresql-client"
            )
        }
        self.name = name
        self.path = path
        variables = try Self.variables(of: uri)
    }

    /// The name of the database.
    var databaseName: String { variables["PGDATABASE"] ?? variables["PGUSER"] ?? "postgres" }

    /// Runs it to its end.
    func run(_ arguments: [String]) throws {
        let process = Process()
        let errors = Pipe()
        let ended = DispatchSemaphore(value: 0)
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(variables) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = errors
        process.terminationHandler = { _ in ended.signal() }
        try process.run()
        let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        ended.wait()
        guard process.terminationStatus == 0 else {
            let text = said.split(whereSeparator: \.isNewline).joined(separator: "; ").prefix(1000)
            throw StorageError.unavailable(detail: "\(name) ended with \(process.terminationStatus): \(text)")
        }
    }

    /// What a connection URI says, as environment variables of libpq (PostgreSQL manual, 34.15).
    static func variables(of uri: String) throws(StorageError) -> [String: String] {
        var message: UnsafeMutablePointer<CChar>?
        guard let options = unsafe PQconninfoParse(uri, &message) else {
            unsafe PQfreemem(message)
            throw .configuration(detail: "the database's address cannot be read by libpq")
        }
        defer { unsafe PQconninfoFree(options) }
        var variables: [String: String] = [:]
        var option = unsafe options
        while unsafe option.pointee.keyword != nil {
            if let name = unsafe option.pointee.envvar, let value = unsafe option.pointee.val {
                unsafe variables[String(cString: name)] = String(cString: value)
            }
            unsafe option = option.successor()
        }
        return variables
    }
}
