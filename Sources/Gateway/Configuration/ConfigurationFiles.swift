package import Documents
internal import Foundation
internal import SSHClient

/// Looks for the files a configuration names.
package enum ConfigurationFiles {
    /// A fault for each file that is missing or open to others.
    ///
    /// - Parameters:
    ///   - configuration: what to look for.
    ///   - program: path of the running program, beside which templates are looked for.
    /// - Returns: the faults; empty when everything is there.
    package static func faults(_ configuration: GatewayConfiguration, program: String) -> [Fault] {
        var faults: [Fault] = []
        let templates = TemplateCatalog(
            folder: TemplateCatalog.locate(configured: configuration.templates, program: program)
        )
        do {
            _ = try templates.list()
        } catch {
            faults.append(Fault(path: "/templates", message: "\(error)", expected: "a folder of *.mustache files"))
        }
        for file in configuration.secrets.keyFiles { faults += open(file, "/secrets") }
        for (index, site) in configuration.sites.enumerated() {
            let path = "/sites/\(index)"
            if let hosts = site.knownHosts {
                faults += missing(hosts, "\(path)/knownHosts", "the file of trusted host keys")
            }
            if let configuration = site.sshConfiguration {
                faults += missing(configuration, "\(path)/sshConfig", "a file in the format of ssh_config(5)")
            }
            if let key = site.privateKey {
                faults += missing(key, "\(path)/privateKey", "the file of the SSH key")
                // With openssh it may be a public key, whose other half an agent or a security key holds.
                if site.transport == .libssh2 { faults += open(key, "\(path)/privateKey") }
            }
            if let authentication = site.authentication {
                faults += secrets(authentication, "\(path)/authentication")
            }
            for (number, jump) in site.jumps.enumerated() {
                guard let key = jump.privateKeyPath else { continue }
                faults += missing(key, "\(path)/jump/\(number)/privateKey", "the file of the SSH key")
            }
            if let passphrase = site.passphraseFile {
                faults += missing(passphrase, "\(path)/passphraseFile", "the file of the passphrase")
                faults += open(passphrase, "\(path)/passphraseFile")
            }
        }
        return faults
    }

    private static func secrets(_ authentication: SiteAuthentication, _ path: String) -> [Fault] {
        var faults: [Fault] = []
        if let file = authentication.passwordFile {
            faults += missing(file, "\(path)/passwordFile", "the file of the password")
            faults += open(file, "\(path)/passwordFile")
        }
        if case .secretFile(let file) = authentication.code {
            faults += missing(file, "\(path)/totpSecretFile", "the file of the secret")
            faults += open(file, "\(path)/totpSecretFile")
        }
        return faults
    }

    private static func missing(_ file: String, _ path: String, _ expected: String) -> [Fault] {
        if FileManager.default.isReadableFile(atPath: file) { return [] }
        return [Fault(path: path, message: "'\(file)' is not there or not readable", expected: expected)]
    }

    private static func open(_ file: String, _ path: String) -> [Fault] {
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: file),
            let mode = attributes[.posixPermissions] as? NSNumber, mode.intValue & 0o077 != 0
        else { return [] }
        return [
            Fault(
                path: path,
                message: "'\(file)' can be read by others (mode \(String(mode.intValue, radix: 8)))",
                expected: "mode 600: chmod 600 '\(file)'"
            )
        ]
    }
}
