internal import Foundation
internal import Gateway
internal import NIOSSL

/// A certificate with its key, read from files and found fit for use.
struct CertificatePair: Sendable {
    /// What new connections are encrypted by.
    let context: NIOSSLContext
    /// The names and addresses it is good for.
    let names: [String]
    /// When it ends.
    let expiresAt: Timestamp

    /// Reads and checks a pair.
    ///
    /// - Throws: ``CertificateFault``.
    init(_ files: TLSFiles) throws(CertificateFault) {
        let chain = try Self.chain(files.certificate)
        guard let first = chain.first else {
            throw CertificateFault("\(files.certificate) holds no certificate in PEM form")
        }
        let key = try Self.key(files.key)
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) },
            privateKey: .privateKey(key)
        )
        configuration.minimumTLSVersion = files.minimumVersion == .tls13 ? .tlsv13 : .tlsv12
        configuration.applicationProtocols = ["http/1.1"]
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw CertificateFault("\(files.key) is not the key of the first certificate in \(files.certificate)")
        }
        names = Self.names(first)
        expiresAt = Timestamp(seconds: Int64(first.notValidAfter))
    }

    private static func chain(_ path: String) throws(CertificateFault) -> [NIOSSLCertificate] {
        let bytes = try read(path)
        do {
            return try NIOSSLCertificate.fromPEMBytes(bytes)
        } catch {
            throw CertificateFault("\(path) is no chain of certificates in PEM form")
        }
    }

    private static func key(_ path: String) throws(CertificateFault) -> NIOSSLPrivateKey {
        let mode = (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? NSNumber
        guard (mode?.intValue ?? 0) & 0o037 == 0 else {
            throw CertificateFault("\(path) can be read by others: chmod 600 (or 640)")
        }
        let bytes = try read(path)
        do {
            return try NIOSSLPrivateKey(bytes: bytes, format: .pem)
        } catch {
            throw CertificateFault("\(path) is no unencrypted private key in PEM form")
        }
    }

    /// The most bytes a file of certificates may have.
    private static let most = 1 << 20

    private static func read(_ path: String) throws(CertificateFault) -> [UInt8] {
        guard let handle = FileHandle(forReadingAtPath: path),
            let data = try? handle.read(upToCount: most + 1)
        else { throw CertificateFault("\(path) cannot be read") }
        guard data.count <= most else { throw CertificateFault("\(path) is too large for a PEM file") }
        return Array(data)
    }

    private static func names(_ certificate: NIOSSLCertificate) -> [String] {
        // The description of swift-nio-ssl has the common name and the alternative names, and no interface else has.
        let text = "\(certificate)"
        guard let match = text.firstMatch(of: /;alternative_names=([^;>]*)>/) else { return [] }
        return match.1.split(separator: ",").map(String.init)
    }
}

/// Why a certificate cannot be used.
struct CertificateFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
