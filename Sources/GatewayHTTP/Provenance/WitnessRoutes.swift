internal import Attestation
internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Provenance

/// This gateway as a witness of other logs: C2SP tlog-witness, whose answers are not those of the rest of the API.
struct WitnessRoutes: Sendable {
    let witness: WitnessService

    var routes: [Route] { [Route(.post, "/witness/add-checkpoint", .witnessLog, answer: add)] }

    /// The longest request: 63 hashes and a note with many signatures.
    private static let largest = 64 << 10

    private func add(_ request: Request, _ context: GatewayContext) async throws -> Response {
        let body: ByteBuffer
        do { body = try await request.body.collect(upTo: Self.largest) } catch is NIOTooManyBytesError {
            throw Problem(kind: .payloadTooLarge, detail: "No request to a witness is longer than 64 KiB.")
        }
        switch try await witness.addCheckpoint(Array(body.readableBytesView)) {
        case .cosigned(let lines): return Answers.text(lines, type: "text/plain; charset=utf-8")
        case .refused(.otherSize(known: let known)):
            return Answers.text("\(known)\n", type: "text/x.tlog.size", status: .conflict)
        case .refused(let refusal):
            return Answers.text(
                "\(refusal)\n",
                type: "text/plain; charset=utf-8",
                status: HTTPResponse.Status(code: refusal.status)
            )
        }
    }
}
