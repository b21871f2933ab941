internal import Gateway
internal import Hummingbird
internal import Logging
internal import NIOCore

/// What travels with one request.
struct GatewayContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Quoted in answers and logs.
    var requestID = ""
    /// Who asks; nil before, or without, authentication.
    var person: Person? { proof?.credential.person }
    /// What the request shows of who asks.
    var proof: Proof?
    /// Why what it shows was not taken; public routes answer nevertheless.
    var refusal: Refusal?
    /// The pattern of the route that answers, for metrics.
    let route = RouteLabel()

    /// The connection, for those who take it over.
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }

    /// Where the request comes from.
    var caller: Authenticator.Caller {
        .init(address: channel.remoteAddress?.ipAddress, request: requestID)
    }

    /// Who asks.
    ///
    /// - Throws: ``Problem`` of kind `unauthenticated` when nobody is known to ask.
    func somebody() throws -> Person {
        if let person { return person }
        throw refusal.map { Problem($0) }
            ?? Problem(kind: .unauthenticated, detail: "Send a valid token as 'Authorization: Bearer …'.")
    }
}
