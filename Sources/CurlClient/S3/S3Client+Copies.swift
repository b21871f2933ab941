/// Copies within a bucket, made by the server.
extension S3Client {
    /// What is copied at once, in bytes; S3 takes up to 5 GiB.
    private static let copiedByteCount = 256 << 20

    /// Copies an object of any length; replaces what was there.
    ///
    /// https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html
    /// - Parameters:
    ///   - object: what `head` gave; its tag must still be the same, else `changed` is thrown.
    ///   - key: the name of the copy.
    /// - Throws: `S3Error`.
    package func copy(_ object: S3Object, to key: String) async throws(S3Error) {
        // A part has at least one byte.
        guard object.byteCount > 0 else {
            try await put(ByteSource([]), at: key)
            return
        }
        let upload = try await begin(key)
        do throws(S3Error) {
            var parts: [S3Part] = []
            for range in Self.ranges(object.byteCount, Self.copiedByteCount) {
                parts.append(try await copy(object, range, number: parts.count + 1, of: upload))
            }
            try await complete(upload, parts)
        } catch {
            try? await abort(upload)
            throw error
        }
    }

    private func copy(
        _ object: S3Object,
        _ range: Range<Int>,
        number: Int,
        of upload: S3Upload
    ) async throws(S3Error) -> S3Part {
        var subject = try subject("PUT", upload.key)
        subject.query = [("partNumber", "\(number)"), ("uploadId", upload.identifier)]
        subject.headers["x-amz-copy-source"] =
            "/\(bucket.name)/\(PercentEncoding.encode(object.key, keepingSlashes: true))"
        subject.headers["x-amz-copy-source-range"] = "bytes=\(range.lowerBound)-\(range.upperBound - 1)"
        if let etag = object.etag { subject.headers["x-amz-copy-source-if-match"] = etag }
        let answer = try answer(try await send(subject, key: object.key, body: []), "CopyPartResult", key: object.key)
        guard let etag = answer["ETag"] else { throw .unreadableAnswer("a part was copied without a tag") }
        return S3Part(number: number, byteCount: range.count, etag: etag)
    }
}
