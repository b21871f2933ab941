internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import Logging

/// What every request passes: an id, the token, the log, the metrics, and errors as problems.
struct RequestGate: RouterMiddleware {
    let table: RouteTable

    func handle(
        _ request: Request,
        context: GatewayContext,
        next: (Request, GatewayContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        context.requestID = Self.requestID(request)
        context.address = table.meter.address(request, context)
        let started = ContinuousClock.now
        let fixed = context
        var response = await RequestMetrics.handling {
            await LogContext.with(["request.id": "\(fixed.requestID)"]) { await answered(request, fixed, next) }
        }
        if response.status != .switchingProtocols, Handshake.asksForUpgrade(request) { response.endConnection(context) }
        response.headers[.xRequestID] = context.requestID
        table.meter.tell(context.route.standing, in: &response.headers)
        table.secureHeaders.add(to: &response.headers)
        record(request, context, response.status.code, ContinuousClock.now - started)
        return response
    }

    private func answered(
        _ request: Request,
        _ context: GatewayContext,
        _ next: (Request, GatewayContext) async throws -> Response
    ) async -> Response {
        var (request, context) = (request, context)
        do {
            do {
                context.proof = try await Proof.find(&request, context, table)
            } catch let refusal as Refusal {
                context.refusal = refusal
            }
            return try await next(request, context)
        } catch {
            return answer(error, request, context)
        }
    }

    private func answer(_ error: any Error, _ request: Request, _ context: GatewayContext) -> Response {
        let isUnknown = (error as? HTTPError)?.status == .notFound
        if let problem = (isUnknown ? table.missing(request) : nil) ?? Problem.from(error) {
            return ConsoleProblem.response(problem, request, context)
                ?? problem.response(instance: request.uri.path, requestID: context.requestID)
        }
        context.logger.error(
            "request failed",
            metadata: ["error": "\(error)", "path": "\(request.uri.path)", "request.id": "\(context.requestID)"]
        )
        let problem = Problem(
            kind: .internalFault,
            detail: "The gateway's log tells more under the request id \(context.requestID)."
        )
        return problem.response(instance: request.uri.path, requestID: context.requestID)
    }

    private func record(_ request: Request, _ context: GatewayContext, _ status: Int, _ duration: Duration) {
        let milliseconds = Double(duration.microseconds) / 1000
        context.logger.debug(
            "request",
            metadata: [
                "request.id": "\(context.requestID)", "method": "\(request.method)", "path": "\(request.uri.path)",
                "status": "\(status)",
                "milliseconds": "\(milliseconds)",
            ]
        )
        RequestMetrics.record(method: request.method.rawValue, route: context.route.text, status: status, duration)
    }

    /// The client's own id when it is harmless, else a new one.
    private static func requestID(_ request: Request) -> String {
        if let given = request.headers[.xRequestID], given.wholeMatch(of: /[A-Za-z0-9._-]{1,64}/) != nil {
            return given
        }
        return "req_" + String(UInt64.random(in: .min ... .max), radix: 36)
    }
}

extension Response {
    /// Closes the connection after this answer: behind a request for another protocol the decoder reads nothing more.
    fileprivate mutating func endConnection(_ context: GatewayContext) {
        let inner = body
        headers[.connection] = "close"
        body = ResponseBody(contentLength: inner.contentLength) { writer in
            try await inner.write(writer)
            context.channel.close(promise: nil)
        }
    }
}

extension HTTPField.Name {
    static var xRequestID: Self { Self("X-Request-Id") ?? .via }
    static var lastEventID: Self { Self("Last-Event-ID") ?? .via }
    static var idempotencyKey: Self { Self("Idempotency-Key") ?? .via }
}
