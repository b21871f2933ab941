internal import Documents
internal import FoundationEssentials

/// Finds the configuration: file, then environment.
package struct ConfigurationSource: Sendable {
    /// Environment variables, by name.
    package let environment: [String: String]
    /// The file asked for on the command line.
    package let path: String?

    /// A source.
    package init(path: String?, environment: [String: String]) {
        self.path = path
        self.environment = environment
    }

    /// The file that is read: the one asked for, `$FARFIELD_CONFIG`, or `config/farfield.yaml` if it is there.
    package var file: String? {
        if let named = path ?? environment["FARFIELD_CONFIG"] { return named }
        let standard = "config/farfield.yaml"
        return FileManager.default.fileExists(atPath: standard) ? standard : nil
    }

    /// Reads file and environment.
    ///
    /// - Returns: the configuration that holds.
    /// - Throws: ``ConfigurationError``.
    package func load() throws(ConfigurationError) -> GatewayConfiguration {
        var configuration = GatewayConfiguration.standard
        if let file {
            let text: String
            do {
                text = try String(contentsOfFile: file, encoding: .utf8)
            } catch {
                throw .unreadable(path: file, reason: "no such file, or no right to read it")
            }
            do {
                configuration = try ConfigurationReader.read(try Document(yaml: text))
            } catch let error as ConfigurationError {
                throw error
            } catch let error as DocumentError {
                throw .syntax(error)
            } catch {
                throw .unreadable(path: file, reason: "\(error)")
            }
        }
        try applyEnvironment(&configuration)
        if let fault = ProtectionReader.exposure(configuration) { throw .faults([fault]) }
        return configuration
    }

    private func applyEnvironment(_ configuration: inout GatewayConfiguration) throws(ConfigurationError) {
        if let home = environment["FARFIELD_HOME"], !home.isEmpty { configuration.home = home }
        if let templates = environment["FARFIELD_TEMPLATES"] { configuration.templates = templates }
        if let level = environment["FARFIELD_LOG_LEVEL"] { configuration.logLevel = level }
        if let text = environment["FARFIELD_LOG_FORMAT"] {
            guard let format = LogFormat(rawValue: text) else {
                throw .faults([
                    Fault(path: "FARFIELD_LOG_FORMAT", message: "'\(text)' is not a format", expected: "text or json")
                ])
            }
            configuration.logFormat = format
        }
        if let database = environment["FARFIELD_DATABASE"] {
            configuration.database = database == "sqlite" ? nil : database
        }
        guard let listen = environment["FARFIELD_LISTEN"] else { return }
        guard let address = ListenAddress(listen) else {
            throw .faults([
                Fault(path: "FARFIELD_LISTEN", message: "'\(listen)' is not an address", expected: "host:port")
            ])
        }
        configuration.listen = address
    }
}
