internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Provenance

/// An error as clients see it (RFC 9457, "Problem Details for HTTP APIs").
struct Problem: Error, Sendable {
    /// Which kind: the end of its stable `type`.
    let kind: ProblemKind
    /// What happened this time, and what to do.
    let detail: String
    /// Every fault found.
    var faults: [Fault] = []
    /// Fields the status asks for, such as `Allow`.
    var headers: HTTPFields = [:]

    /// What a handler threw, as a problem; nil for what nobody foresaw.
    static func from(_ error: any Error) -> Problem? {
        switch error {
        case let problem as Problem: problem
        case let error as GatewayError:
            Problem(
                kind: ProblemKind(error.kind),
                detail: error.message,
                faults: error.faults,
                headers: retryAfter(error.kind).map { [.retryAfter: $0] } ?? [:]
            )
        case let fault as LogFault:
            Problem(kind: .conflict, detail: "Nothing can be signed now: \(fault)")
        case let error as HTTPError where error.status == .contentTooLarge:
            Problem(kind: .payloadTooLarge, detail: "The body is larger than the gateway takes.")
        case let error as HTTPError where error.status == .notFound:
            Problem(kind: .notFound, detail: "There is nothing at this address; /openapi.json lists what there is.")
        case let error as HTTPError where error.status.kind == .clientError:
            Problem(kind: .invalidRequest, detail: error.body ?? "The request cannot be understood.")
        case is NIOTooManyBytesError:
            Problem(kind: .payloadTooLarge, detail: "The body is larger than the gateway takes.")
        default:
            GatewayError(outage: error).map { outage in
                Problem(kind: ProblemKind(outage.kind), detail: outage.message, headers: [.retryAfter: "2"])
            }
        }
    }

    /// When to try again, in seconds, where that helps.
    private static func retryAfter(_ kind: GatewayError.Kind) -> String? {
        switch kind {
        case .tooManyJobs: "30"
        case .uploadLocked: "2"
        case .adviceUnavailable: "10"
        default: nil
        }
    }

    func response(instance: String, requestID: String) -> Response {
        var members: [String: JSONValue] = [
            "type": .string("https://farfield.dev/problems/\(kind.rawValue)"), "title": .string(kind.title),
            "status": .integer(kind.status.code), "detail": .string(detail), "instance": .string(instance),
            "requestId": .string(requestID),
        ]
        if !faults.isEmpty { members["errors"] = .array(faults.map(Self.json)) }
        var fields = headers
        fields[.contentType] = "application/problem+json"
        if kind == .unauthenticated { fields[.wwwAuthenticate] = "Bearer realm=\"farfield\"" }
        let bytes = JSONValue.object(members).jsonBytes()
        return Response(status: kind.status, headers: fields, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    private static func json(_ fault: Fault) -> JSONValue {
        var members: [String: JSONValue] = ["path": .string(fault.path), "message": .string(fault.message)]
        if !fault.expected.isEmpty { members["expected"] = .string(fault.expected) }
        members["line"] = fault.line.map { .integer($0) }
        return .object(members)
    }
}
