import CurlClient
import Foundation
import Testing

/// The S3 server the tests were given (scripts/lib/s3.sh): http://ACCESS:SECRET@HOST:PORT/BUCKET.
struct S3Server {
    let endpoint: String
    let port: Int
    let bucketName: String
    let accessKeyID: String
    let secretAccessKey: String

    init() throws {
        let text = try #require(
            ProcessInfo.processInfo.environment["FARFIELD_TEST_S3"],
            "FARFIELD_TEST_S3 is not set: run ./scripts/test, which starts an S3 server for the tests"
        )
        let parts = try #require(text.wholeMatch(of: /http:\/\/(\w+):(\w+)@([0-9.]+):([0-9]+)\/(\w+)/))
        accessKeyID = String(parts.1)
        secretAccessKey = String(parts.2)
        endpoint = "http://\(parts.3):\(parts.4)"
        port = try #require(Int(parts.4))
        bucketName = String(parts.5)
    }

    func client(
        secret: String? = nil,
        port: Int? = nil,
        bucket: String? = nil,
        isAnonymous: Bool = false,
        clockOffset: TimeInterval = 0
    ) throws -> S3Client {
        let place = try #require(
            S3Bucket(endpoint: "http://127.0.0.1:\(port ?? self.port)", name: bucket ?? bucketName)
        )
        return S3Client(
            place,
            credentials: isAnonymous
                ? nil : S3Credentials(accessKeyID: accessKeyID, secretAccessKey: secret ?? secretAccessKey),
            client: HTTPClient(.init(userAgent: "farfield-tests/1")),
            mayConnect: nil,
            now: { Date(timeIntervalSinceNow: clockOffset) }
        )
    }

    /// A key prefix nobody else uses.
    static func prefix() -> String { UUID().uuidString.lowercased() + "/" }
}

extension S3Download {
    /// All bytes of it.
    func bytes() async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await piece in body { bytes += piece }
        return bytes
    }
}
