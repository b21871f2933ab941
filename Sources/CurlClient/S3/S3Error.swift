/// Why S3 did not do what was asked, without any secret, signature or signed URL.
package enum S3Error: Error, Equatable, Sendable {
    /// There is no such object.
    case noSuchKey(String)
    /// There is no such bucket.
    case noSuchBucket(String)
    /// The upload was completed or aborted, or never begun.
    case noSuchUpload
    /// The object is not the one that was asked for any more (If-Match).
    case changed(String)
    /// The range begins behind the object's end.
    case rangeNotSatisfiable
    /// The keys are wrong, may not do this, or the clock is; in the server's words.
    case denied(code: String, message: String)
    /// The bucket is in another region, which the server may have named.
    case wrongRegion(String?)
    /// The server asks for patience, in whole seconds when it said how much.
    case throttled(retryAfterSeconds: Int?)
    /// What was asked cannot be asked.
    case invalid(String)
    /// Any other refusal.
    case rejected(status: Int, code: String, message: String)
    /// What was said cannot be understood.
    case unreadableAnswer(String)
    /// What is stored is not what was sent.
    case wrongSize(sent: Int, stored: Int)
    /// What was to be sent could not be read.
    case sourceFailed(String)
    /// No answer.
    case transport(HTTPClientError)

    /// Whether the same may succeed later without any change to it.
    package var isTransient: Bool {
        switch self {
        case .throttled: true
        case .rejected(let status, _, _): status >= 500
        case .transport(let error): error.isTransient
        case .noSuchKey, .noSuchBucket, .noSuchUpload, .changed, .rangeNotSatisfiable, .denied, .wrongRegion, .invalid,
            .unreadableAnswer, .wrongSize, .sourceFailed:
            false
        }
    }
}

extension S3Error: CustomStringConvertible {
    /// One line for a person.
    package var description: String {
        switch self {
        case .noSuchKey(let key): "the bucket has no object \(key.debugDescription)"
        case .noSuchBucket(let name): "there is no bucket \(name)"
        case .noSuchUpload: "the upload does not exist any more: begin anew"
        case .changed(let key): "the object \(key.debugDescription) was replaced meanwhile: begin anew"
        case .rangeNotSatisfiable: "the object is shorter than what was asked for"
        case .denied("RequestTimeTooSkewed", _): "the clocks of the gateway and of S3 differ too much: set them"
        case .denied("SignatureDoesNotMatch", _): "S3 does not accept the secret key: check the credentials"
        case .denied(let code, let message): "S3 refuses access: \(Self.words(code, message))"
        case .wrongRegion(let region): "the bucket is in \(region.map { "the region \($0)" } ?? "another region")"
        case .throttled(let seconds): "S3 is busy" + (seconds.map { ", try again in \($0) s" } ?? "")
        case .invalid(let text): text
        case .rejected(let status, let code, let message): "S3 answered \(status): \(Self.words(code, message))"
        case .unreadableAnswer(let text): "S3's answer cannot be understood: \(text)"
        case .wrongSize(let sent, let stored): "\(sent) bytes were sent and \(stored) are stored"
        case .sourceFailed(let text): "what was to be sent could not be read: \(text)"
        case .transport(let error): error.description
        }
    }

    private static func words(_ code: String, _ message: String) -> String {
        message.isEmpty ? code : "\(code), \(message)"
    }
}

extension S3Error {
    init(_ error: HTTPClientError) {
        if case .sourceFailed(let text) = error { self = .sourceFailed(text) } else { self = .transport(error) }
    }

    /// What a refusal means (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html); a HEAD has no body.
    init(_ head: HTTPResponseHead, body: [UInt8], key: String?, bucket: String) {
        let answer = try? AnswerElement(body)
        let code = Self.clean(answer?["Code"] ?? "")
        let message = Self.clean(answer?["Message"] ?? "")
        switch (head.status, code) {
        case (301, _), (307, _), (400, "AuthorizationHeaderMalformed"):
            self = .wrongRegion(head.headers["x-amz-bucket-region"] ?? answer?["Region"].map(Self.clean))
        case (404, "NoSuchBucket"): self = .noSuchBucket(bucket)
        case (404, "NoSuchUpload"): self = .noSuchUpload
        case (404, "NoSuchKey"), (404, ""): self = key.map(Self.noSuchKey) ?? .noSuchBucket(bucket)
        case (401, _), (403, _): self = .denied(code: code.isEmpty ? "\(head.status)" : code, message: message)
        case (412, _): self = .changed(key ?? "")
        case (416, _): self = .rangeNotSatisfiable
        case (429, _), (503, _): self = .throttled(retryAfterSeconds: head.headers["Retry-After"].flatMap { Int($0) })
        default: self = .rejected(status: head.status, code: code, message: message)
        }
    }

    /// The server's words on one line of bounded length.
    private static func clean(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(300).map { $0.properties.generalCategory == .control ? " " : $0 }
            )
        )
    }
}
