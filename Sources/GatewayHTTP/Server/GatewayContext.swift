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
    var person: Person?
    /// The pattern of the route that answers, for metrics.
    let route = RouteLabel()

    /// The connection, for those who take it over.
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}
