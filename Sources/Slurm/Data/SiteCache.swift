/// Where a site keeps files by their SHA-256, below the folder of all jobs.
///
/// The cache lies in the folder of the jobs, so that a job's inputs can be hard links into it.
package enum SiteCache {
    /// The folder of everything below.
    package static let folder = ".farfield-cache"
    /// What is being brought in, each under its digest until it was checked.
    package static let incoming = "\(folder)/incoming"

    /// Where a file of the cache stands, below the folder of all jobs.
    ///
    /// - Parameter digest: 64 lower-case hexadecimal digits.
    /// - Returns: such as `.farfield-cache/sha256/ab/cdef…`.
    package static func path(_ digest: String) -> String {
        "\(folder)/sha256/\(digest.prefix(2))/\(digest.dropFirst(2))"
    }

    /// Where a file stands while it is brought in.
    package static func incomingPath(_ digest: String) -> String { "\(incoming)/\(digest)" }

    /// Only digests become parts of paths.
    static func check(_ digests: some Sequence<String>) throws(SlurmError) {
        for digest in digests {
            let isHexadecimal = digest.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
            guard digest.utf8.count == 64, isHexadecimal else {
                throw .invalidValue(field: "digest", reason: "must be 64 lower-case hexadecimal digits")
            }
        }
    }
}

/// A file of a site's cache as the site sees it.
package struct CachedFile: Sendable, Hashable {
    /// Its SHA-256 by its name: whether it still holds those bytes is another question.
    package let digest: String
    /// Bytes.
    package let size: Int64
    /// Seconds since 1970.
    package let modified: Int64

    /// A file from its parts.
    package init(digest: String, size: Int64, modified: Int64) {
        (self.digest, self.size, self.modified) = (digest, size, modified)
    }
}
