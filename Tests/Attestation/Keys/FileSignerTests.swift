import Attestation
import Foundation
import Testing

@Suite("Keys in files")
struct FileSignerTests {
    private let temporary: TemporaryFolder
    private var folder: String { temporary.path }

    init() throws { temporary = try TemporaryFolder() }

    @Test("a new key lies in a file of its owner alone and signs the same when loaded again")
    func create() throws {
        let path = folder + "/key.pem"
        let made = try FileSigner.create(at: path)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let loaded = try FileSigner(path: path)
        #expect(loaded.publicKey == made.publicKey)
        #expect(made.publicKey.isValid(try loaded.sign([1, 2, 3]), of: [1, 2, 3]))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["key.pem"])
        #expect(try FileSigner.create(at: folder + "/other.pem").publicKey != made.publicKey)
    }

    @Test("a key is never overwritten, whatever lies in its place")
    func neverOverwrites() throws {
        let path = folder + "/key.pem"
        try "precious".write(toFile: path, atomically: true, encoding: .utf8)
        #expect(throws: SigningError.exists(path: path)) { try FileSigner.create(at: path) }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["key.pem"])
        try FileManager.default.createSymbolicLink(atPath: folder + "/link", withDestinationPath: folder + "/away")
        #expect(throws: SigningError.exists(path: folder + "/link")) { try FileSigner.create(at: folder + "/link") }
        #expect(!FileManager.default.fileExists(atPath: folder + "/away"))
    }

    @Test("a file that others may read is refused, with the words to mend it", arguments: [0o640, 0o604, 0o620, 0o777])
    func refusesExposed(mode: Int) throws {
        let path = folder + "/key.pem"
        _ = try FileSigner.create(at: path)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        let error = try #require(throws: SigningError.self) { try FileSigner(path: path) }
        #expect(error == .exposed(path: path, mode: UInt32(mode)))
        #expect(error.description.contains("chmod 600 \(path)"))
    }

    @Test("what is no key is refused")
    func refusesOthers() throws {
        #expect(throws: SigningError.self) { try FileSigner(path: folder + "/missing") }
        #expect(throws: SigningError.self) { try FileSigner(path: folder) }
        let path = folder + "/key.pem"
        let publicKey = try KnownKeys.signer(1).publicKey.pem
        for text in ["", publicKey, "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
            try text.write(toFile: path, atomically: true, encoding: .utf8)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            let error = try #require(throws: SigningError.self) { try FileSigner(path: path) }
            guard case .notAKey(path, _) = error else {
                Issue.record("\(error)")
                continue
            }
        }
    }

    @Test("openssl makes keys we read, and reads those we make")
    func agreesWithOpenSSL() throws {
        let theirs = folder + "/theirs.pem"
        try openssl("genpkey", "-algorithm", "ed25519", "-out", theirs)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: theirs)
        #expect(try openssl("pkey", "-in", theirs, "-pubout") == FileSigner(path: theirs).publicKey.pem)
        let ours = folder + "/ours.pem"
        let signer = try FileSigner.create(at: ours)
        #expect(try openssl("pkey", "-in", ours, "-pubout") == signer.publicKey.pem)
    }

    /// The standard output of the openssl command.
    @discardableResult
    private func openssl(_ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return String(decoding: bytes, as: UTF8.self)
    }
}
