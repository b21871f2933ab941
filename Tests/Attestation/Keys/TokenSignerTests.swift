import Attestation
import Foundation
import Testing

/// On a real token: SoftHSM keeps its keys in files and speaks PKCS #11 as hardware does.
///
/// Each test runs in a process of its own, since SoftHSM finds its configuration through the environment, which must not
/// change under other tests.
@Suite("Keys on a PKCS #11 token")
struct TokenSignerTests {
    @Test("a token signs as the same key in a file does, from many threads at once")
    func signs() async {
        await #expect(processExitsWith: .success) {
            let token = try SoftToken()
            let signer = try TokenSigner(address: token.address("token=farfield;object=manifest"))
            let file = try KnownKeys.signer(2)
            #expect(signer.publicKey == file.publicKey)
            for message in [[], [0x72], Array(repeating: 7, count: 100_000)] as [[UInt8]] {
                #expect(try signer.sign(message) == file.sign(message))
            }
            await withTaskGroup(of: Bool.self) { group in
                for number in 0..<40 as Range<UInt8> {
                    group.addTask {
                        (try? signer.sign([number])).map { file.publicKey.isValid($0, of: [number]) } ?? false
                    }
                }
                for await isValid in group { #expect(isValid) }
            }
            let byID = try TokenSigner(address: token.address("token=farfield;id=%02;type=private"))
            #expect(byID.publicKey == file.publicKey)
            let envelope = try Envelope.signed(payloadType: "t", payload: [1], by: byID)
            #expect(envelope.verified(by: [signer.publicKey]) == [signer.publicKey])
        }
    }

    @Test("a wrong address, PIN or key is told at the start")
    func refuses() async {
        await #expect(processExitsWith: .success) {
            let token = try SoftToken()
            func reason(_ path: String, pin: String = "1234", mode: Int = 0o600) throws -> String {
                let address = try token.address(path, pin: pin, mode: mode)
                return try #require(throws: SigningError.self) { try TokenSigner(address: address) }.description
            }
            #expect(try reason("token=other;object=manifest").contains("no token is meant"))
            #expect(try reason("token=farfield;object=other").contains("no private key is meant"))
            #expect(try reason("token=farfield").contains("object=… or id=… is missing"))
            #expect(try reason("token=farfield;colour=red;object=manifest").contains("RFC 7512 does not know"))
            #expect(try reason("token=farfield;object=manifest", pin: "4321").contains("C_Login"))
            #expect(try reason("token=farfield;object=manifest", mode: 0o644).contains("chmod 600"))
            #expect(try reason("token=farfield;object=elliptic").contains("not one for Ed25519"))
        }
    }

    @Test("a token that went away is told, and is used again when it is back")
    func comesBack() async {
        await #expect(processExitsWith: .success) {
            let token = try SoftToken()
            let signer = try TokenSigner(address: token.address("token=farfield;object=manifest"))
            try token.away()
            let error = try #require(throws: SigningError.self) { try signer.sign([1]) }
            #expect(error.mayPass)
            try token.back()
            #expect(signer.publicKey.isValid(try signer.sign([1]), of: [1]))
        }
    }

    @Test(
        "an address without a library or a file with the PIN is refused, and a PIN in it is not repeated",
        arguments: [
            "", "x", "pkcs11:", "http://example.org", "pkcs11:token=a;object=b", "pkcs11:object=%zz",
            "pkcs11:token=a;object=b?module-path=/none.so", "pkcs11:token=a;object=b?pin-source=file:/none",
            "pkcs11:token=a;object=b?module-path=none.so&pin-source=file:/none",
            "pkcs11:token=a;object=b?module-path=/none.so&pin-source=%7Ccat%20pin",
            "pkcs11:token=a;object=b?module-path=/none.so&pin-value=secret",
            "pkcs11:token=a;object=b?module-path=/none.so&pin-source=file:/none",
        ]
    )
    func refusesAddresses(address: String) throws {
        let error = try #require(throws: SigningError.self) { try TokenSigner(address: address) }
        #expect(!error.description.contains("secret"))
    }
}

/// A token of its own with two keys: the second of RFC 8032, and one of another kind.
private struct SoftToken {
    private static let module = "/usr/lib/softhsm/libsofthsm2.so"
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let configuration = folder.path + "/softhsm2.conf"
        try FileManager.default.createDirectory(atPath: folder.path + "/tokens", withIntermediateDirectories: true)
        try "directories.tokendir = \(folder.path)/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
            .write(toFile: configuration, atomically: true, encoding: .utf8)
        unsafe setenv("SOFTHSM2_CONF", configuration, 1)
        try run("softhsm2-util", "--init-token", "--free", "--label", "farfield", "--pin", "1234", "--so-pin", "5678")
        let key = folder.path + "/key.pem"
        try """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7
        -----END PRIVATE KEY-----
        """.write(toFile: key, atomically: true, encoding: .utf8)
        try load(key, label: "manifest", id: "02")
        try run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key)
        try load(key, label: "elliptic", id: "03")
    }

    func away() throws {
        try FileManager.default.moveItem(atPath: folder.path + "/tokens", toPath: folder.path + "/away")
    }

    func back() throws {
        try FileManager.default.moveItem(atPath: folder.path + "/away", toPath: folder.path + "/tokens")
    }

    private func load(_ key: String, label: String, id: String) throws {
        try run(
            "softhsm2-util",
            "--import",
            key,
            "--token",
            "farfield",
            "--label",
            label,
            "--id",
            id,
            "--pin",
            "1234"
        )
    }

    /// The address of a key, with a PIN in a file.
    func address(_ path: String, pin: String = "1234", mode: Int = 0o600) throws -> String {
        let file = folder.path + "/pin"
        try (pin + "\n").write(toFile: file, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return "pkcs11:\(path)?module-path=\(Self.module)&pin-source=file:\(file)"
    }

    private func run(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }
}
