/// What S3 says of an object.
package struct S3Object: Sendable, Equatable {
    /// Its name in the bucket.
    package var key: String
    /// How long it is, in bytes.
    package var byteCount: Int
    /// The entity tag as it was sent, with its quotation marks; a digest only of what was put in one piece.
    package var etag: String?
    /// Its version, in buckets that keep versions.
    package var versionID: String?
    /// When it was written, in the server's own words.
    package var lastModified: String?
    /// Its media type, if told.
    package var mediaType: String?
}

extension S3Object {
    init(key: String, _ head: HTTPResponseHead) {
        self.init(
            key: key,
            byteCount: head.contentLength ?? 0,
            etag: head.headers["ETag"],
            versionID: head.headers["x-amz-version-id"],
            lastModified: head.headers["Last-Modified"],
            mediaType: head.headers["Content-Type"]
        )
    }
}

/// An object whose bytes are coming.
package struct S3Download: Sendable {
    /// The object; its length is that of the bytes that come.
    package let object: S3Object
    /// The bytes; letting them go ends the transfer.
    package let body: HTTPBody
}

/// Some objects of a bucket, in the order of their keys.
package struct S3Page: Sendable, Equatable {
    /// The objects, with key, length, tag and time.
    package var objects: [S3Object]
    /// What gives the next page; nil after the last.
    package var next: String?
}

/// An upload in parts that was begun and not completed; to be kept, so that it can go on after anything.
package struct S3Upload: Sendable, Hashable, Codable {
    /// What the object will be called.
    package var key: String
    /// The server's name for the upload.
    package var identifier: String

    /// An upload begun before.
    package init(key: String, identifier: String) {
        self.key = key
        self.identifier = identifier
    }
}

/// A part of an upload that the server has.
struct S3Part: Sendable, Equatable {
    let number: Int
    let byteCount: Int
    let etag: String
}
