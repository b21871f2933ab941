import Foundation
import TestSupport
import Testing

/// A browser without scripts: curl with a jar of cookies, which follows no redirect by itself.
final class BrowserSession: Sendable {
    /// What came back.
    struct Page: Sendable {
        let status: Int
        let location: String
        let body: String

        /// The value of the first hidden field of a name.
        func field(_ name: String) -> String? {
            body.firstRange(of: "name=\"\(name)\" value=\"").map {
                String(body[$0.upperBound...].prefix { $0 != "\"" })
            }
        }
    }

    private let url: String
    private let jar = NSTemporaryDirectory() + "farfield-cookies-" + UUID().uuidString

    init(_ gateway: GatewayProcess) { url = gateway.url }

    deinit { try? FileManager.default.removeItem(atPath: jar) }

    /// Opens a page of the gateway, or of an absolute address.
    func open(_ address: String) async throws -> Page { try await ask(address, []) }

    /// Sends a form; `more` are further arguments of curl.
    func post(_ address: String, _ fields: [(String, String)], more: [String] = []) async throws -> Page {
        try await ask(address, ["-X", "POST"] + more + fields.flatMap { ["--data-urlencode", "\($0.0)=\($0.1)"] })
    }

    /// Signs in at a provider as somebody it knows.
    func signIn(at provider: OIDCProvider, as person: String) async throws {
        let start = try await open("/login?issuer=\(provider.issuer)&return=/console")
        let form = [("username", person), ("password", person + "-password"), ("decision", "approve")]
        let confirmed = try await post(start.location, form)
        let end = try await open(confirmed.location)
        try #require(end.status == 303 && end.location.hasSuffix("/console"), "\(end)")
    }

    private func ask(_ address: String, _ arguments: [String]) async throws -> Page {
        let target = address.hasPrefix("/") ? url + address : address
        let output = ["-w", "\n%{http_code} %{redirect_url}", "-b", jar, "-c", jar]
        let result = try await Command.run("/usr/bin/curl", ["-s"] + output + arguments + [target])
        try #require(result.status == 0, "curl: \(result.status)")
        let end = try #require(result.output.lastIndex(of: "\n"))
        let words = result.output[end...].dropFirst().split(separator: " ", omittingEmptySubsequences: false)
        return Page(
            status: try #require(Int(words[0])),
            location: words.count > 1 ? String(words[1]) : "",
            body: String(result.output[..<end])
        )
    }
}
