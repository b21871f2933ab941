import Attestation
import Documents
import Foundation
import Testing

extension API {
    /// The signed manifest of an ended job, once it is there.
    func envelope(of job: String) async throws -> Answer {
        let address = "/api/v1/jobs/\(job)/reproducibility-manifest/manifest.dsse.json"
        for _ in 0..<600 {
            let answer = try await get(address)
            if answer.status == 200 { return answer }
            guard answer.status == 409 else { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("the manifest of \(job) was not signed")
        throw CancellationError()
    }

    /// What is signed for a job, with the digest that names it.
    func statement(of job: String) async throws -> (value: JSONValue, digest: String) {
        let payload = try await envelope(of: job).json["payload"]?.stringValue ?? ""
        let bytes = Data(base64Encoded: payload).map { Array($0) } ?? []
        return (try JSONValue(json: bytes), SHA256Digest(of: bytes).description)
    }
}
