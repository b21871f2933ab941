internal import Attestation
internal import FoundationEssentials
internal import HTTPTypes
internal import Hummingbird

/// The opening handshake of WebSocket (RFC 6455 §4.2): a request's wish, checked.
struct Handshake: Sendable {
    /// The subprotocol of job events; a client that offers it gets it.
    static let subprotocol = "farfield.events"
    /// Begins the subprotocol that carries a token: browsers cannot set `Authorization` on a WebSocket.
    private static let tokenPrefix = "bearer."
    /// RFC 6455 §1.3.
    private static let unique = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"

    /// The fields of the answer 101.
    let answer: HTTPFields

    /// Whether a request asks for another protocol at all; after it the connection carries no further request.
    static func asksForUpgrade(_ request: Request) -> Bool {
        !words(request, .upgrade).isEmpty && words(request, .connection).contains("upgrade")
    }

    /// Whether a request asks for WebSocket.
    static func isAsked(_ request: Request) -> Bool {
        asksForUpgrade(request) && words(request, .upgrade).contains("websocket")
    }

    /// The token among the offered subprotocols.
    static func token(_ request: Request) -> String? {
        guard isAsked(request) else { return nil }
        return offers(request).first { $0.hasPrefix(tokenPrefix) }.map { String($0.dropFirst(tokenPrefix.count)) }
    }

    /// Checks a request that asks for WebSocket.
    ///
    /// - Throws: a problem that says what is wrong: another origin, another version, no key.
    init(_ request: Request) throws(Problem) {
        // A page of somebody else's must not use what a browser knows (RFC 6455 §10.2).
        if let origin = request.headers[.origin], Self.host(of: origin) != request.head.authority {
            throw Problem(kind: .forbidden, detail: "Pages from \(origin.prefix(200)) may not open this stream.")
        }
        guard request.headers[.secWebSocketVersion] == "13" else {
            throw Problem(
                kind: .upgradeRequired,
                detail: "Only version 13 of WebSocket is spoken here (RFC 6455).",
                headers: [.secWebSocketVersion: "13", .upgrade: "websocket", .connection: "Upgrade"]
            )
        }
        guard let key = request.headers[.secWebSocketKey], Data(base64Encoded: key)?.count == 16 else {
            throw Problem(
                kind: .invalidRequest,
                detail: "Sec-WebSocket-Key must be 16 bytes in base64 (RFC 6455 §4.1)."
            )
        }
        let accept = Data(SHA1Digest.bytes(of: (key + Self.unique).utf8)).base64EncodedString()
        var answer: HTTPFields = [.upgrade: "websocket", .connection: "Upgrade", .secWebSocketAccept: accept]
        if Self.offers(request).contains(Self.subprotocol) { answer[.secWebSocketProtocol] = Self.subprotocol }
        self.answer = answer
    }

    private static func host(of origin: String) -> String {
        String(origin.split(separator: "://", maxSplits: 1).last ?? "")
    }

    private static func offers(_ request: Request) -> [String] {
        request.headers[values: .secWebSocketProtocol].flatMap { $0.split(separator: ",") }
            .map { String($0.trimmingPrefix { $0 == " " || $0 == "\t" }.prefix { $0 != " " && $0 != "\t" }) }
    }

    private static func words(_ request: Request, _ name: HTTPField.Name) -> [String] {
        request.headers[values: name].flatMap { $0.split(separator: ",") }.map { word in
            word.filter { $0 != " " && $0 != "\t" }.lowercased()
        }
    }
}
