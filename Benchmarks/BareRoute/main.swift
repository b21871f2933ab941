// One Hummingbird route without anything of the gateway: what `scripts/bench status` compares a status read with.
import Hummingbird
import Logging

let port = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 0
let body = ByteBuffer(string: String(repeating: "x", count: 1500))
let router = Router()
router.get("/jobs/{id}") { _, _ in
    Response(status: .ok, headers: [.contentType: "application/json"], body: .init(byteBuffer: body))
}
let application = Application(
    router: router,
    configuration: .init(address: .hostname("127.0.0.1", port: port)),
    logger: Logger(label: "bare", factory: { _ in SwiftLogNoOpLogHandler() })
)
try await application.runService()
