/// Objects one by one.
extension S3Client {
    /// What S3 says of an object.
    ///
    /// - Parameters:
    ///   - key: the object.
    ///   - versionID: the version; nil for the latest.
    /// - Returns: length, tag, version, time.
    /// - Throws: `S3Error`.
    package func head(_ key: String, versionID: String? = nil) async throws(S3Error) -> S3Object {
        var subject = try subject("HEAD", key)
        if let versionID { subject.query.append(("versionId", versionID)) }
        return S3Object(key: key, try await send(subject, key: key).head)
    }

    /// An object's bytes, or some of them.
    ///
    /// - Parameters:
    ///   - key: the object.
    ///   - range: which bytes; nil for all. An end behind the object's end is cut.
    ///   - etag: the tag the object must still have; else `changed` is thrown.
    ///   - versionID: the version; nil for the latest.
    /// - Returns: the object, and its bytes as they come.
    /// - Throws: `S3Error`; a break in the middle is thrown by the body.
    package func get(
        _ key: String,
        range: Range<Int>? = nil,
        ifMatch etag: String? = nil,
        versionID: String? = nil
    ) async throws(S3Error) -> S3Download {
        var subject = try subject("GET", key)
        if let versionID { subject.query.append(("versionId", versionID)) }
        if let etag { subject.headers["If-Match"] = etag }
        if let range {
            guard !range.isEmpty, range.lowerBound >= 0 else { throw .invalid("a range has at least one byte") }
            subject.headers["Range"] = "bytes=\(range.lowerBound)-\(range.upperBound - 1)"
        }
        let response = try await stream(subject, key: key)
        guard response.head.status == (range == nil ? 200 : 206) else {
            throw .unreadableAnswer("\(response.head.status) came for \(range == nil ? "an object" : "a range")")
        }
        if let range, response.head.headers["Content-Range"]?.hasPrefix("bytes \(range.lowerBound)-") != true {
            throw .unreadableAnswer("another range came")
        }
        return S3Download(object: S3Object(key: key, response.head), body: response.body)
    }

    /// Writes an object in one piece, of at most 5 GiB; replaces what was there.
    ///
    /// - Parameters:
    ///   - source: its bytes.
    ///   - key: its name.
    ///   - mediaType: nil leaves it to S3.
    ///   - digest: the SHA-256 of the bytes in hexadecimal digits, if known: S3 takes no others then.
    /// - Returns: the object, as it is now.
    /// - Throws: `S3Error`.
    @discardableResult
    package func put(
        _ source: ByteSource,
        at key: String,
        mediaType: String? = nil,
        digest: String? = nil
    ) async throws(S3Error) -> S3Object {
        let payload = if let digest { digest } else { try await payload(source) }
        var subject = try subject("PUT", key, payload: payload)
        if let mediaType { subject.headers["Content-Type"] = mediaType }
        let head = try await send(subject, key: key, upload: source).head
        var object = S3Object(key: key, head)
        object.byteCount = source.byteCount
        object.mediaType = mediaType
        return object
    }

    /// Removes an object; none is fine as well.
    ///
    /// - Parameters:
    ///   - key: the object.
    ///   - etag: the tag the object must still have, on servers that look at it; else `changed` is thrown.
    /// - Throws: `S3Error`.
    package func delete(_ key: String, ifMatch etag: String? = nil) async throws(S3Error) {
        var subject = try subject("DELETE", key)
        if let etag { subject.headers["If-Match"] = etag }
        _ = try await send(subject, key: key)
    }

    /// Objects whose keys begin with a text, at most 1000 at once.
    ///
    /// - Parameters:
    ///   - prefix: how the keys begin; empty for all.
    ///   - next: what the page before gave; nil for the first.
    /// - Returns: a page.
    /// - Throws: `S3Error`.
    package func list(prefix: String = "", from next: String? = nil) async throws(S3Error) -> S3Page {
        var subject = try subject("GET", nil)
        // Keys may hold characters that XML cannot.
        subject.query = [("list-type", "2"), ("encoding-type", "url"), ("prefix", prefix)]
        if let next { subject.query.append(("continuation-token", next)) }
        let answer = try answer(try await send(subject), "ListBucketResult")
        let isEncoded = answer["EncodingType"] == "url"
        var objects: [S3Object] = []
        for entry in answer.all("Contents") {
            guard let text = entry["Key"], let key = isEncoded ? PercentEncoding.decode(text) : text,
                let size = entry["Size"].flatMap({ Int($0) })
            else { throw .unreadableAnswer("an object without key or size is listed") }
            objects.append(
                S3Object(key: key, byteCount: size, etag: entry["ETag"], lastModified: entry["LastModified"])
            )
        }
        return S3Page(objects: objects, next: answer["IsTruncated"] == "true" ? answer["NextContinuationToken"] : nil)
    }
}
