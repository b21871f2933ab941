internal import Attestation
internal import CurlClient
internal import Logging

/// A way to send a request: libcurl's, or a test's.
typealias ProviderExchange = @Sendable (HTTPRequest) async throws -> HTTPResponse

/// One identity provider: its description and keys, fetched when needed, by one at a time.
actor IdentityProvider {
    nonisolated let policy: IssuerPolicy
    private let exchange: ProviderExchange
    private let keeper: TimeKeeper
    private let logger: Logger
    private var shelf = ProviderShelf()
    private var waiting: [CheckedContinuation<Void, Never>]?

    private static let limits = HTTPRequest.TimeLimits(connect: .seconds(5), total: .seconds(10), stall: nil)
    private static let answerBytes = 1 << 20

    init(_ policy: IssuerPolicy, exchange: @escaping ProviderExchange, keeper: TimeKeeper, logger: Logger) {
        self.policy = policy
        self.exchange = exchange
        self.keeper = keeper
        self.logger = logger
    }

    /// A token of this provider's, its signature found right.
    ///
    /// Keys that are not known yet are looked for once.
    ///
    /// - Throws: ``Refusal``, `CancellationError`.
    func verify(_ token: JSONWebToken.Unverified) async throws -> JSONWebToken {
        let known = try await knowledge(lacks: nil)
        do {
            return try token.verified(by: known.keys)
        } catch {
            // Anybody can spoil a signature; only a key nobody has seen is worth asking for.
            if token.keyID != nil, error == .signature { throw Refusal.token(error) }
            let newer = try await knowledge(lacks: known.serial)
            guard newer.serial > known.serial else { throw Refusal.token(error) }
            do {
                return try token.verified(by: newer.keys)
            } catch {
                throw Refusal.token(error)
            }
        }
    }

    /// Where its parts are.
    ///
    /// - Throws: ``Refusal``, `CancellationError`.
    func metadata() async throws -> ProviderMetadata { try await knowledge(lacks: nil).metadata }

    /// Sends a form to one of its parts (RFC 6749 appendix B).
    ///
    /// - Returns: the answer, whatever its status.
    /// - Throws: ``ProviderFault``, `CancellationError`, `HTTPClientError`.
    func post(_ form: [(String, String)], headers: HTTPHeaders, to url: String) async throws -> HTTPResponse {
        var request = try request("POST", url)
        for field in headers.fields { request.headers[field.name] = field.value }
        request.headers["Content-Type"] = "application/x-www-form-urlencoded"
        request.headers["Accept"] = "application/json"
        request.body = Array(FormText.encode(form).utf8)
        return try await exchange(request)
    }

    private func knowledge(lacks seen: Int?) async throws -> ProviderShelf.Knowledge {
        while true {
            switch shelf.decide(lacks: seen, at: keeper.now()) {
            case .use(let knowledge): return knowledge
            case .unavailable: throw Refusal.providerUnavailable(policy.issuer)
            case .fetch: try await fetchAlone(isForced: seen != nil)
            }
        }
    }

    /// Asks the provider, or waits for whoever does so already.
    private func fetchAlone(isForced: Bool) async throws {
        if waiting != nil {
            await withCheckedContinuation { waiting?.append($0) }
            try Task.checkCancellation()
            return
        }
        waiting = []
        defer {
            let others = waiting ?? []
            waiting = nil
            for other in others { other.resume() }
        }
        let now = keeper.now()
        if isForced { shelf.noteForced(at: now) }
        do {
            shelf.keep(try await fetch(at: now))
        } catch HTTPClientError.cancelled {
            throw CancellationError()
        } catch let error as CancellationError {
            throw error
        } catch {
            shelf.noteFailure(at: now)
            logger.warning(
                "an identity provider does not answer as it should",
                metadata: ["issuer": "\(policy.issuer)", "reason": "\(error)"]
            )
        }
    }

    private func fetch(at now: Timestamp) async throws -> ProviderShelf.Knowledge {
        let description = try await get(ProviderMetadata.address(of: policy.issuer))
        let metadata = try ProviderMetadata(reading: description.body, issuer: policy.issuer)
        let answer = try await get(metadata.keysURL)
        let keys = try JSONWebKeySet(reading: answer.body)
        guard !keys.keys.isEmpty else { throw ProviderFault("it publishes no key that is used here") }
        return ProviderShelf.Knowledge(
            metadata: metadata,
            keys: keys,
            serial: (shelf.knowledge?.serial ?? 0) + 1,
            fetchedAt: now,
            freshUntil: now + ProviderShelf.freshness(answer.headers["Cache-Control"])
        )
    }

    private func get(_ url: String) async throws -> HTTPResponse {
        var request = try request("GET", url)
        request.headers["Accept"] = "application/json"
        let response = try await exchange(request)
        guard response.status == 200 else { throw ProviderFault("HTTP \(response.status) from \(url.prefix(200))") }
        return response
    }

    /// With TLS anywhere, since an operator named the provider; without it only to addresses that were allowed.
    private func request(_ method: String, _ url: String) throws(ProviderFault) -> HTTPRequest {
        var request = HTTPRequest(method, url, timeLimits: Self.limits, maximumBodyBytes: Self.answerBytes)
        if url.lowercased().hasPrefix("https://") { return request }
        guard url.lowercased().hasPrefix("http://"), !policy.allowed.isEmpty else {
            throw ProviderFault("\(url.prefix(200)) is no https address, and none without TLS is allowed")
        }
        request.mayConnect = { [policy] address in policy.allowed.contains { $0.contains(address) } }
        return request
    }
}

/// Forms and queries (`application/x-www-form-urlencoded`, URL Standard §5).
package enum FormText {
    private static let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)

    /// Fields as `name=value` with `&` between, everything but letters, digits and `-._~` percent-encoded.
    package static func encode(_ fields: [(String, String)]) -> String {
        fields.map { "\(encode($0.0))=\(encode($0.1))" }.joined(separator: "&")
    }

    /// One word of a form.
    package static func encode(_ text: String) -> String {
        text.utf8.reduce(into: "") { result, byte in
            if plain.contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }
}
