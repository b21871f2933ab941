extension FileKind {
    /// Tells what kind a file is: by its first bytes, then by its media type, then by its name.
    ///
    /// - Parameters:
    ///   - path: its path.
    ///   - mediaType: its media type, where known.
    ///   - bytes: its content, or the beginning of it.
    package init(path: String, mediaType: String?, bytes: [UInt8]) {
        let beginning = String(decoding: bytes.prefix(4096), as: UTF8.self)
        let suffix = path.split(separator: ".").last.map { $0.lowercased() } ?? ""
        let type = mediaType?.split(separator: ";").first.map(String.init) ?? ""
        if beginning.hasPrefix("SIMPLE  =") {
            self = .fits
        } else if beginning.hasPrefix("# %ECSV") {
            self = .ecsv
        } else if beginning.contains("<VOTABLE") || type == "application/x-votable+xml" {
            self = .votable
        } else if ["application/json", "application/ld+json"].contains(type) || ["json", "geojson"].contains(suffix) {
            self = .json
        } else if ["text/csv", "text/tab-separated-values"].contains(type) || ["csv", "tsv"].contains(suffix) {
            self = .csv
        } else if bytes.contains(0) || String(validating: bytes, as: UTF8.self) == nil {
            self = .binary
        } else {
            self = .text
        }
    }
}
