internal import Gateway
internal import HTTPTypes
internal import Hummingbird

/// One route: what the router, the 405 answers and the OpenAPI test know of it.
struct Route: Sendable {
    /// How a route treats its answer.
    enum Style: Sendable {
        /// Answers within the request timeout.
        case bounded
        /// Goes on for as long as the client reads.
        case stream
    }

    /// The request method.
    let method: HTTPRequest.Method
    /// Path with `{name}` for a part and a closing `**` for the rest.
    let pattern: String
    /// What is asked for: the table of rights says who may.
    let operation: Operation
    /// Whether it answers however busy the gateway is: for those who watch over it.
    let isAlwaysLetIn: Bool
    /// How it treats its answer.
    let style: Style
    /// Answers without waiting for anything, when it can; asked first.
    let atOnce: (@Sendable (Request, GatewayContext) -> Response?)?
    /// Decodes, calls one function, encodes.
    let answer: @Sendable (Request, GatewayContext) async throws -> Response

    init(
        _ method: HTTPRequest.Method,
        _ pattern: String,
        _ operation: Operation,
        isAlwaysLetIn: Bool = false,
        style: Style = .bounded,
        atOnce: (@Sendable (Request, GatewayContext) -> Response?)? = nil,
        answer: @escaping @Sendable (Request, GatewayContext) async throws -> Response
    ) {
        self.method = method
        self.pattern = pattern
        self.operation = operation
        self.isAlwaysLetIn = isAlwaysLetIn
        self.style = style
        self.atOnce = atOnce
        self.answer = answer
    }

    /// Whether it answers without a token.
    var isPublic: Bool { Rights.of(operation).anybody == .all }

    /// How many parts of its pattern stand for any text.
    var placeholders: Int { pattern.split(separator: "/").count { $0.hasPrefix("{") || $0 == "**" } }

    /// Whether a path is one of this route's.
    func matches(_ path: String) -> Bool {
        let parts = pattern.split(separator: "/")
        let given = path.split(separator: "/")
        if parts.last == "**" {
            return given.count >= parts.count && zip(parts.dropLast(), given).allSatisfy(Self.fits)
        }
        return given.count == parts.count && zip(parts, given).allSatisfy(Self.fits)
    }

    private static func fits(_ part: Substring, _ given: Substring) -> Bool { part.hasPrefix("{") || part == given }
}
