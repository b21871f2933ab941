/// Media types by file name ending (IANA media types; FITS: RFC 4047).
package enum MediaType {
    private static let byEnding: [String: String] = [
        "csv": "text/csv", "txt": "text/plain; charset=utf-8", "log": "text/plain; charset=utf-8",
        "json": "application/json", "yaml": "application/yaml", "yml": "application/yaml", "xml": "application/xml",
        "fits": "application/fits", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg",
        "svg": "image/svg+xml", "pdf": "application/pdf", "html": "text/html; charset=utf-8", "gz": "application/gzip",
        "zip": "application/zip", "tar": "application/x-tar", "h5": "application/x-hdf5", "hdf5": "application/x-hdf5",
        "md": "text/markdown; charset=utf-8", "tsv": "text/tab-separated-values",
    ]

    /// The media type of a file, `application/octet-stream` when its name tells nothing.
    ///
    /// - Parameter path: path or name.
    /// - Returns: the media type.
    package static func of(path: String) -> String {
        guard let dot = path.lastIndex(of: ".") else { return "application/octet-stream" }
        return byEnding[path[path.index(after: dot)...].lowercased()] ?? "application/octet-stream"
    }
}
