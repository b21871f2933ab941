package import Logging
internal import Storage

/// What the owner of the gateway's machine may do without any token.
package enum LocalAdmin {
    /// Makes a token for the first admin, by the database itself, whether the gateway runs or not.
    ///
    /// - Parameters:
    ///   - configuration: where database and home folder are.
    ///   - keeper: tells the time.
    ///   - logger: where lost connections are told.
    /// - Returns: the token; `admin.token` in the home folder holds it, too.
    /// - Throws: file and storage errors.
    package static func makeToken(
        _ configuration: GatewayConfiguration,
        keeper: TimeKeeper,
        logger: Logger
    ) async throws -> String {
        let database = try await configuration.databaseLocation.open(connections: 1, logger: logger)
        do {
            try await migrate(database, GatewayRuntime.migrations)
            let token = try await FirstToken.makeAnother(home: configuration.home, database, at: keeper.now())
            await database.close()
            return token
        } catch {
            await database.close()
            throw error
        }
    }
}
