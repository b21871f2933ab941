internal import Foundation

/// AWS Signature Version 4 for S3: in the header of a request, or in the query of a URL that others may use.
///
/// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html and
/// …/sigv4-query-string-auth.html. libcurl's CURLOPT_AWS_SIGV4 is not used: it signs no URLs, and in 7.88 it sends no
/// `x-amz-content-sha256` of its own, which radosgw answers with SignatureDoesNotMatch.
struct SignatureV4: Sendable {
    let credentials: S3Credentials
    let region: String
    let now: Date

    /// What is signed, its path and query given plain: they are encoded here.
    struct Subject: Sendable {
        var method: String
        var host: String
        var path: String
        var query: [(name: String, value: String)] = []
        var headers: HTTPHeaders = [:]
        /// The SHA-256 of the content, in hexadecimal digits, or `UNSIGNED-PAYLOAD`.
        var payload: String
    }

    static let unsignedPayload = "UNSIGNED-PAYLOAD"
    static let algorithm = "AWS4-HMAC-SHA256"

    /// Such as 20130524T000000Z.
    private var time: String {
        now.formatted(
            .iso8601.year().month().day().dateSeparator(.omitted).time(includingFractionalSeconds: false)
                .timeSeparator(.omitted).timeZone(separator: .omitted)
        )
    }

    private var scope: String { "\(time.prefix(8))/\(region)/s3/aws4_request" }

    /// The fields to send with a request, `Host` not among them.
    func headers(for subject: Subject) -> HTTPHeaders {
        var subject = subject
        subject.headers["x-amz-date"] = time
        subject.headers["x-amz-content-sha256"] = subject.payload
        if let token = credentials.sessionToken { subject.headers["x-amz-security-token"] = token }
        var headers = subject.headers
        headers["Authorization"] =
            "\(Self.algorithm) Credential=\(credentials.accessKeyID)/\(scope),"
            + "SignedHeaders=\(Self.signedNames(subject)),Signature=\(signature(of: subject))"
        return headers
    }

    /// The query that lets anybody do what the subject says, for so many seconds.
    func presignedQuery(for subject: Subject, seconds: Int) -> String {
        var subject = subject
        subject.query += [
            ("X-Amz-Algorithm", Self.algorithm), ("X-Amz-Credential", "\(credentials.accessKeyID)/\(scope)"),
            ("X-Amz-Date", time), ("X-Amz-Expires", "\(seconds)"),
            ("X-Amz-SignedHeaders", Self.signedNames(subject)),
        ]
        if let token = credentials.sessionToken { subject.query.append(("X-Amz-Security-Token", token)) }
        return "\(Self.canonicalQuery(subject.query))&X-Amz-Signature=\(signature(of: subject))"
    }

    /// The query as it is sent and signed: encoded, then sorted by the encoded bytes.
    static func canonicalQuery(_ query: [(name: String, value: String)]) -> String {
        let pairs = query.map { (PercentEncoding.encode($0.name), PercentEncoding.encode($0.value)) }
        let sorted = pairs.sorted {
            $0.0 == $1.0
                ? $0.1.utf8.lexicographicallyPrecedes($1.1.utf8) : $0.0.utf8.lexicographicallyPrecedes($1.0.utf8)
        }
        return sorted.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
    }
}

// MARK: - The three steps of the specification

extension SignatureV4 {
    private func signature(of subject: Subject) -> String {
        let digest = SHA256.hexadecimal(SHA256.digest(Array(Self.canonicalRequest(subject).utf8)))
        let text = "\(Self.algorithm)\n\(time)\n\(scope)\n\(digest)"
        return SHA256.hexadecimal(SHA256.code(text, key: signingKey))
    }

    private var signingKey: [UInt8] {
        let secret = Array("AWS4\(credentials.secretAccessKey)".utf8)
        return [String(time.prefix(8)), region, "s3", "aws4_request"].reduce(secret) { SHA256.code($1, key: $0) }
    }

    private static func canonicalRequest(_ subject: Subject) -> String {
        let fields = signedFields(subject).map { "\($0.name):\($0.value)\n" }.joined()
        return [
            subject.method, PercentEncoding.encode(subject.path, keepingSlashes: true),
            canonicalQuery(subject.query), fields, signedNames(subject), subject.payload,
        ].joined(separator: "\n")
    }

    private static func signedNames(_ subject: Subject) -> String {
        signedFields(subject).map(\.name).joined(separator: ";")
    }

    private static func signedFields(_ subject: Subject) -> [(name: String, value: String)] {
        let fields = subject.headers.fields.map {
            (name: $0.name.lowercased(), value: $0.value.split(separator: " ").joined(separator: " "))
        }
        return (fields + [(name: "host", value: subject.host)]).sorted { $0.name < $1.name }
    }
}
