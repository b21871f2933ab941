package import Gateway

/// Checks the certificate as `farfield doctor` shows it.
package enum CertificateDoctor {
    /// The checks; empty without TLS.
    ///
    /// - Parameters:
    ///   - configuration: what the operator decided.
    ///   - now: the present moment.
    /// - Returns: the checks, each with its cure.
    package static func checks(_ configuration: GatewayConfiguration, at now: Timestamp) -> [SiteCheck] {
        guard case .tls(let files) = configuration.protection.transport else { return [] }
        let pair: CertificatePair
        do {
            pair = try CertificatePair(files)
        } catch {
            let cure = "Mend the files of `tls`; a running gateway goes on with what it has."
            return [SiteCheck(name: "certificate", state: .failed, detail: "\(error)", cure: cure)]
        }
        let names = pair.names.joined(separator: ", ")
        let detail = "until \(pair.expiresAt.iso8601)" + (names.isEmpty ? "" : " for \(names)")
        let left = pair.expiresAt - now
        guard left < Certificates.warning else {
            return [SiteCheck(name: "certificate", state: .passed, detail: detail)]
        }
        return [
            SiteCheck(
                name: "certificate",
                state: left <= .zero ? .failed : .warning,
                detail: detail,
                cure: "Renew it; the gateway takes the new files by itself."
            )
        ]
    }
}
