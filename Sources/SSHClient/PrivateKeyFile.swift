import FoundationEssentials
import Glibc

/// A private key as it stands in its file, checked as ssh(1) does before use.
struct PrivateKeyFile: Sendable {
    let bytes: [UInt8]
    let isEncrypted: Bool
    /// Such as `ssh-ed25519`; nil when the format does not tell.
    let algorithm: String?

    var isRSA: Bool { algorithm == "ssh-rsa" }

    /// Reads the file; refuses one of ours that group or others can reach.
    init(path: String) throws(SSHError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            let reason = errno
            throw .keyFileUnusable(
                path: path,
                reason: reason == ENOENT ? .missing : .unreadable(SystemFailure(reason).description)
            )
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw .keyFileUnusable(path: path, reason: .unreadable(SystemFailure(errno).description))
        }
        if status.st_uid == getuid(), status.st_mode & 0o077 != 0 {
            throw .keyFileUnusable(path: path, reason: .permissionsTooOpen(mode: status.st_mode & 0o777))
        }
        var content = [UInt8](repeating: 0, count: 64 << 10)
        let count = unsafe content.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        guard count >= 0 else {
            throw .keyFileUnusable(path: path, reason: .unreadable(SystemFailure(errno).description))
        }
        guard let key = PrivateKeyFile(content: Array(content.prefix(count))) else {
            throw .keyFileUnusable(path: path, reason: .notAPrivateKey)
        }
        self = key
    }

    /// Looks at the format only; nil when this is no private key.
    ///
    /// Formats: PROTOCOL.key of OpenSSH, RFC 7468.
    init?(content: [UInt8]) {
        let text = String(decoding: content, as: UTF8.self)
        guard text.contains("PRIVATE KEY-----") else { return nil }
        bytes = content
        if text.contains("BEGIN OPENSSH PRIVATE KEY") {
            let body = text.split(whereSeparator: \.isNewline).filter { !$0.hasPrefix("-----") }.joined()
            guard let data = Data(base64Encoded: body, options: .ignoreUnknownCharacters) else { return nil }
            var rest = Array(data)[...].dropFirst("openssh-key-v1\0".utf8.count)
            guard let cipher = Self.field(&rest), Self.field(&rest) != nil, Self.field(&rest) != nil else { return nil }
            rest = rest.dropFirst(4)
            guard var publicKey = Self.field(&rest), let algorithm = Self.field(&publicKey) else { return nil }
            isEncrypted = !cipher.elementsEqual("none".utf8)
            self.algorithm = String(decoding: algorithm, as: UTF8.self)
        } else {
            isEncrypted = text.contains("BEGIN ENCRYPTED PRIVATE KEY") || text.contains("Proc-Type: 4,ENCRYPTED")
            algorithm = text.contains("BEGIN RSA PRIVATE KEY") ? "ssh-rsa" : nil
        }
    }

    /// Takes one length-prefixed string (RFC 4251 §5) off the front.
    private static func field(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        guard rest.count >= 4, rest.count - 4 >= length else { return nil }
        rest = rest.dropFirst(4)
        defer { rest = rest.dropFirst(length) }
        return rest.prefix(length)
    }
}
