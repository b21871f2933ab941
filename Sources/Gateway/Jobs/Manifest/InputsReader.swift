internal import Attestation
internal import Documents
internal import FoundationEssentials

/// Reads the inputs of a job.
enum InputsReader {
    /// All inline files together; larger inputs are staged, not written into a manifest.
    static let inlineLimit = 1_048_576
    private static let pathForm = "a path below the job's folder, such as data/sky.json"

    static func inputs(_ field: Field) -> [JobManifest.Input] {
        let elements = field.elements(limit: 200, of: "files") ?? []
        let files = elements.compactMap(input)
        let total = files.reduce(0) { $0 + ($1.source.inlineBytes?.count ?? 0) }
        if total > inlineLimit {
            field.fault("the files are \(total) bytes in all", expected: "at most \(inlineLimit) bytes in one manifest")
        }
        var seen: Set<String> = []
        for (element, file) in zip(elements, files)
        where files.count == elements.count && !seen.insert(file.path).inserted {
            element.fault("'\(file.path)' is given twice", expected: "each path once")
        }
        return files
    }

    private static func input(_ field: Field) -> JobManifest.Input? {
        let keys = ["path", "content", "contentBase64", "source", "digest", "executable", "writable"]
        guard let object = field.object(known: keys) else { return nil }
        let path = object.required("path", expected: pathForm).flatMap(relativePath)
        let executable = object["executable"].flatMap { $0.boolean() } ?? false
        let writable = object["writable"].flatMap { $0.boolean() } ?? false
        let digest = object["digest"].flatMap(FilesReader.digest)
        guard let source = source(object, field), let path else { return nil }
        check(source, against: digest, field)
        return .init(path: path, source: source, digest: digest, isExecutable: executable, isWritable: writable)
    }

    private static func source(_ object: ObjectReader, _ field: Field) -> InputSource? {
        switch (object["content"], object["contentBase64"], object["source"]) {
        case (let content?, nil, nil):
            return content.string(expected: "the file's text").map { .inline(Array($0.utf8)) }
        case (nil, let encoded?, nil): return base64(encoded).map { .inline($0) }
        case (nil, nil, let address?):
            guard let text = address.string(expected: InputSource.forms) else { return nil }
            do {
                return try InputSource(text)
            } catch {
                address.fault(error.reason, expected: InputSource.forms)
                return nil
            }
        default:
            field.fault(
                "where the file's bytes come from is not clear",
                expected: "exactly one of 'content' (text), 'contentBase64' and 'source'"
            )
            return nil
        }
    }

    /// What can be told without asking anybody.
    private static func check(_ source: InputSource, against expected: SHA256Digest?, _ field: Field) {
        guard let expected else { return }
        let actual: SHA256Digest? =
            switch source {
            case .inline(let bytes): SHA256Digest(of: bytes)
            case .artifact(let digest): digest
            case .web, .bucket, .siteFile, .output: nil
            }
        if let actual, actual != expected {
            field.fault("the bytes hash to \(actual), not to \(expected)", expected: "bytes that fit their digest")
        }
        if source.isFolder { field.fault("a folder has no digest of its own", expected: "a digest with a single file") }
    }

    private static func base64(_ field: Field) -> [UInt8]? {
        guard let text = field.string(expected: "base64 (RFC 4648 §4)") else { return nil }
        let compact = text.filter { !$0.isWhitespace }
        guard let data = Data(base64Encoded: compact) else {
            field.fault("this is not base64", expected: "base64 (RFC 4648 §4)")
            return nil
        }
        return Array(data)
    }

    /// A path that stays below the job's folder and away from the gateway's own files there.
    private static func relativePath(_ field: Field) -> String? {
        guard let text = field.string(expected: pathForm) else { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        if let reason = unusable(text, parts) {
            field.fault("\(ManifestWords.quoted(text)): \(reason)", expected: pathForm)
            return nil
        }
        return text
    }

    private static func unusable(_ text: String, _ parts: [Substring]) -> String? {
        if text.isEmpty { return "the path is empty" }
        if text.hasPrefix("/") { return "the path is absolute" }
        if text.utf8.contains(where: { $0 < 32 || $0 == 127 }) { return "the path holds a control character" }
        if text.utf8.count > 1024 || parts.contains(where: { $0.utf8.count > 255 }) { return "the path is too long" }
        if parts.contains(where: { $0 == ".." || $0 == "." || $0.isEmpty }) {
            return "the path has an empty part, '.' or '..'"
        }
        return JobFolder.isReserved(String(parts[0])) ? "'\(parts[0])' is a file of the gateway's own" : nil
    }
}
