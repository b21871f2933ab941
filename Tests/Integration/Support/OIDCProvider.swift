import CurlClient
import Documents
import Foundation
import TestSupport
import Testing

/// `Fixtures/oidc_provider.py`: an OpenID provider by well-kept libraries, which a test governs.
final class OIDCProvider: @unchecked Sendable {
    // Safe: nothing changes after the start; the provider itself orders what it is asked.
    private let process: ChildProcess
    private let commands = ChildPipe()
    private let answers = ChildPipe()
    private let http = HTTPClient(.init(userAgent: "farfield-tests"))
    /// Its address, and the `iss` of its tokens.
    let issuer: String
    /// Holds the secret of its client `farfield`.
    let secretFile = NSTemporaryDirectory() + "farfield-client-secret-" + UUID().uuidString

    /// Starts one.
    ///
    /// - Parameter settings: JSON, such as `{"alg": "ES256", "tokenLifetime": 60}`; see the fixture.
    /// - Throws: when it does not start.
    init(settings: String = "{}") throws {
        process = try ChildProcess(
            TestCluster.variable("FARFIELD_TEST_PYTHON"),
            [Repository.root + "/Tests/Integration/Fixtures/oidc_provider.py", settings],
            input: commands.reading.fileDescriptor,
            output: answers.writing.fileDescriptor,
            errors: STDERR_FILENO
        )
        try answers.writing.close()
        var bytes: [UInt8] = []
        while let byte = answers.reading.readData(ofLength: 1).first, byte != 10 { bytes.append(byte) }
        issuer = String(decoding: bytes, as: UTF8.self)
        try #require(issuer.hasPrefix("http://127.0.0.1:"), "the provider did not start: \(issuer)")
        try "farfield-secret\n".write(toFile: secretFile, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: secretFile)
    }

    deinit {
        kill(process.identifier, SIGKILL)
        try? FileManager.default.removeItem(atPath: secretFile)
    }

    /// What was asked of it, in order, without secrets.
    var requests: [JSONValue] {
        get async throws { try await answer("GET", "requests", nil).arrayValue ?? [] }
    }

    /// The codes of device logins nobody has decided on.
    var userCodes: [String] {
        get async throws { try await answer("GET", "devices", nil).arrayValue?.compactMap(\.stringValue) ?? [] }
    }

    /// Asks for one of the things below `/test/`; `body` is JSON.
    @discardableResult
    func test(_ action: String, _ body: String = "{}") async throws -> JSONValue {
        try await answer("POST", action, body)
    }

    /// A token; `wish` is JSON that says what is special about it, see the fixture.
    func token(_ wish: String = "{}") async throws -> String {
        try #require(try await test("token", wish)["access_token"]?.stringValue)
    }

    private func answer(_ method: String, _ action: String, _ body: String?) async throws -> JSONValue {
        let request = HTTPRequest(
            method,
            "\(issuer)/test/\(action)",
            headers: body == nil ? [:] : ["Content-Type": "application/json"],
            body: body.map { Array($0.utf8) },
            timeLimits: .exchange,
            maximumBodyBytes: 1 << 20
        )
        let response = try await http.send(request)
        try #require(
            response.status == 200,
            "\(action): \(response.status) \(String(decoding: response.body, as: UTF8.self))"
        )
        return try JSONValue(json: response.body)
    }
}
