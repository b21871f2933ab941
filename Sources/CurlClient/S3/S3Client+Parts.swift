/// Large objects, sent in parts: what is interrupted goes on where it was.
extension S3Client {
    /// Begins an object that is sent in parts.
    ///
    /// - Parameters:
    ///   - key: its name.
    ///   - mediaType: nil leaves it to S3.
    /// - Returns: what `finish` goes on with, now or after a restart.
    /// - Throws: `S3Error`.
    package func begin(_ key: String, mediaType: String? = nil) async throws(S3Error) -> S3Upload {
        var subject = try subject("POST", key)
        subject.query = [("uploads", "")]
        if let mediaType { subject.headers["Content-Type"] = mediaType }
        let answer = try answer(try await send(subject, key: key, body: []), "InitiateMultipartUploadResult", key: key)
        guard let identifier = answer["UploadId"], !identifier.isEmpty else {
            throw .unreadableAnswer("an upload without a name was begun")
        }
        return S3Upload(key: key, identifier: identifier)
    }

    /// Sends the parts that the server does not have yet, and makes the object of all of them.
    ///
    /// What failed for good is aborted, so that no parts are left to pay for. What may succeed later, or was cancelled,
    /// is left as it is: call this again, with the same bytes.
    /// - Parameters:
    ///   - upload: what `begin` gave.
    ///   - source: the object's bytes, the same each time.
    ///   - partByteCount: how long a part is; made longer for an object of more than 10,000 of them.
    /// - Returns: the object, as it is now.
    /// - Throws: `S3Error`; `noSuchUpload` also when an earlier call completed it and its answer was lost.
    @discardableResult
    package func finish(
        _ upload: S3Upload,
        _ source: ByteSource,
        partByteCount: Int = 16 << 20
    ) async throws(S3Error) -> S3Object {
        do throws(S3Error) {
            var parts: [S3Part] = []
            let stored = Dictionary(try await storedParts(upload).map { ($0.number, $0) }) { $1 }
            for (index, range) in Self.ranges(source.byteCount, partByteCount).enumerated() {
                let part = stored[index + 1]
                if let part, part.byteCount == range.count {
                    parts.append(part)
                } else {
                    parts.append(try await send(source.part(range), number: index + 1, of: upload))
                }
            }
            try await complete(upload, parts)
            // The answer to Complete has an empty tag on radosgw, and no length anywhere.
            let object = try await head(upload.key)
            guard object.byteCount == source.byteCount else {
                throw .wrongSize(sent: source.byteCount, stored: object.byteCount)
            }
            return object
        } catch {
            if error.endsUpload { try? await abort(upload) }
            throw error
        }
    }

    /// Gives an upload up and removes its parts; one that does not exist is fine as well.
    ///
    /// - Parameter upload: what `begin` gave.
    /// - Throws: `S3Error`.
    package func abort(_ upload: S3Upload) async throws(S3Error) {
        var subject = try subject("DELETE", upload.key)
        subject.query = [("uploadId", upload.identifier)]
        do throws(S3Error) {
            _ = try await send(subject, of: upload)
        } catch .noSuchUpload {
            return
        }
    }

    /// Uploads of objects whose keys begin with a text that are neither completed nor aborted, and when they began, in
    /// the server's own words.
    ///
    /// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
    /// - Parameter prefix: how the keys begin; empty for all.
    /// - Returns: all of them.
    /// - Throws: `S3Error`.
    package func uploads(prefix: String) async throws(S3Error) -> [(upload: S3Upload, begun: String)] {
        var found: [(upload: S3Upload, begun: String)] = []
        var marker: [(String, String)] = []
        while true {
            var subject = try subject("GET", nil)
            subject.query = [("uploads", ""), ("encoding-type", "url"), ("prefix", prefix)] + marker
            let answer = try answer(try await send(subject), "ListMultipartUploadsResult")
            let isEncoded = answer["EncodingType"] == "url"
            for entry in answer.all("Upload") {
                guard let text = entry["Key"], let key = isEncoded ? PercentEncoding.decode(text) : text,
                    let identifier = entry["UploadId"], let begun = entry["Initiated"]
                else { throw .unreadableAnswer("an upload without key, name or time is listed") }
                found.append((S3Upload(key: key, identifier: identifier), begun))
            }
            guard answer["IsTruncated"] == "true", let text = answer["NextKeyMarker"],
                let key = isEncoded ? PercentEncoding.decode(text) : text, let name = answer["NextUploadIdMarker"]
            else { return found }
            marker = [("key-marker", key), ("upload-id-marker", name)]
        }
    }

    /// How many bytes of an upload the server has.
    ///
    /// - Parameter upload: what `begin` gave.
    /// - Returns: bytes of all its parts.
    /// - Throws: `S3Error`.
    package func byteCount(of upload: S3Upload) async throws(S3Error) -> Int {
        try await storedParts(upload).reduce(0) { $0 + $1.byteCount }
    }

    /// Where the parts of an object lie: all of one length but the last (at least 5 MiB, at most 10,000 parts).
    ///
    /// https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
    static func ranges(_ byteCount: Int, _ wanted: Int) -> [Range<Int>] {
        let mebibyte = 1 << 20
        let least = (byteCount / 10_000 / mebibyte + 1) * mebibyte
        let length = max(wanted, 5 * mebibyte, byteCount > 10_000 * wanted ? least : 0)
        guard byteCount > 0 else { return [0..<0] }
        return stride(from: 0, to: byteCount, by: length).map { $0..<min($0 + length, byteCount) }
    }
}

extension S3Client {
    /// Sends what is about an upload: for one that is no more, radosgw says NoSuchKey and AWS says NoSuchUpload.
    private func send(
        _ subject: SignatureV4.Subject,
        of upload: S3Upload,
        body: [UInt8]? = nil,
        part: ByteSource? = nil
    ) async throws(S3Error) -> HTTPResponse {
        do throws(S3Error) {
            return try await send(subject, key: upload.key, body: body, upload: part)
        } catch .noSuchKey {
            throw .noSuchUpload
        }
    }

    private func send(_ part: ByteSource, number: Int, of upload: S3Upload) async throws(S3Error) -> S3Part {
        var subject = try subject("PUT", upload.key, payload: try await payload(part))
        subject.query = [("partNumber", "\(number)"), ("uploadId", upload.identifier)]
        let head = try await send(subject, of: upload, part: part).head
        guard let etag = head.headers["ETag"] else { throw .unreadableAnswer("a part was taken without a tag") }
        return S3Part(number: number, byteCount: part.byteCount, etag: etag)
    }

    /// The parts the server has, page after page.
    func storedParts(_ upload: S3Upload) async throws(S3Error) -> [S3Part] {
        var parts: [S3Part] = []
        while true {
            var subject = try subject("GET", upload.key)
            subject.query = [("uploadId", upload.identifier)]
            if let last = parts.last { subject.query.append(("part-number-marker", "\(last.number)")) }
            let answer = try answer(try await send(subject, of: upload), "ListPartsResult", key: upload.key)
            let page = answer.all("Part").compactMap(S3Part.init)
            parts += page
            if answer["IsTruncated"] != "true" || page.isEmpty { return parts }
        }
    }

    func complete(_ upload: S3Upload, _ parts: [S3Part]) async throws(S3Error) {
        let list = parts.map {
            "<Part><PartNumber>\($0.number)</PartNumber><ETag>\(Self.escape($0.etag))</ETag></Part>"
        }
        let body = Array("<CompleteMultipartUpload>\(list.joined())</CompleteMultipartUpload>".utf8)
        var subject = try subject("POST", upload.key, payload: SHA256.hexadecimal(SHA256.digest(body)))
        subject.query = [("uploadId", upload.identifier)]
        subject.headers["Content-Type"] = "application/xml"
        let response = try await send(subject, of: upload, body: body)
        _ = try answer(response, "CompleteMultipartUploadResult", key: upload.key)
    }

    private static func escape(_ text: String) -> String {
        text.split(separator: "&", omittingEmptySubsequences: false).joined(separator: "&amp;")
            .split(separator: "<", omittingEmptySubsequences: false).joined(separator: "&lt;")
            .split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "&quot;")
    }
}

extension S3Part {
    fileprivate init?(_ element: AnswerElement) {
        guard let number = element["PartNumber"].flatMap({ Int($0) }), let size = element["Size"].flatMap({ Int($0) }),
            let etag = element["ETag"]
        else { return nil }
        self.init(number: number, byteCount: size, etag: etag)
    }
}

extension S3Error {
    /// Whether an upload that failed with this cannot go on.
    fileprivate var endsUpload: Bool {
        switch self {
        case .transport(.cancelled), .transport(.clientClosed), .noSuchUpload: false
        default: !isTransient
        }
    }
}
