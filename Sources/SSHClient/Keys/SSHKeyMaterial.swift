import Glibc
import Synchronization

/// A private key that lives in memory alone, and can be taken away from all who use it.
package final class SSHKeyMaterial: Sendable {
    private struct Secret {
        var key: [UInt8]
        var passphrase: [UInt8]?
    }

    /// What it is called in messages, such as its fingerprint.
    package let name: String
    /// The certificate that goes with it, as `ssh-keygen -s` writes it; nil where the bare key is enough.
    package let certificate: String?
    private let secret: Mutex<Secret?>

    /// A key.
    ///
    /// - Parameters:
    ///   - name: what it is called in messages.
    ///   - key: the file's bytes, in OpenSSH's or a PEM format.
    ///   - passphrase: what opens it, when it is encrypted.
    ///   - certificate: what goes with it.
    package init(name: String, key: [UInt8], passphrase: String?, certificate: String?) {
        self.name = name
        self.certificate = certificate
        secret = Mutex(Secret(key: key, passphrase: passphrase.map { Array($0.utf8) }))
    }

    deinit { forget() }

    /// Overwrites it; whoever wants to connect with it afterwards is told that it was withdrawn.
    package func forget() {
        secret.withLock { secret in
            guard var gone = secret else { return }
            secret = nil
            gone.key.wipe()
            gone.passphrase?.wipe()
        }
    }

    /// The key's bytes; nil once it was forgotten.
    var key: [UInt8]? { secret.withLock { $0?.key } }

    /// What opens it, when it is encrypted.
    var passphrase: String? { secret.withLock { $0?.passphrase.map { String(decoding: $0, as: UTF8.self) } } }
}

extension SSHKeyMaterial: Hashable, CustomReflectable {
    /// The same key is the same object.
    package static func == (left: SSHKeyMaterial, right: SSHKeyMaterial) -> Bool { left === right }

    package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }

    /// Keeps the key out of `dump` and debug descriptions.
    package var customMirror: Mirror { Mirror(self, children: ["name": name]) }
}

extension [UInt8] {
    /// Overwrites all bytes, explicit_bzero(3).
    mutating func wipe() {
        unsafe withUnsafeMutableBytes { bytes in
            // The buffer is the array's own; an empty one may have no address.
            guard let start = bytes.baseAddress else { return }
            unsafe explicit_bzero(start, bytes.count)
        }
    }
}
