internal import Attestation
internal import Documents
internal import FoundationEssentials
internal import Slurm

/// Reads files, globs and containers.
enum FilesReader {
    /// All inline files together; larger inputs are staged, not written into a manifest.
    static let inlineLimit = 1_048_576
    private static let pathForm = "a path below the job's folder, such as data/sky.json"

    static func inputs(_ field: Field) -> [JobManifest.InlineFile] {
        let elements = field.elements(limit: 200, of: "files") ?? []
        let files = elements.compactMap(input)
        let total = files.reduce(0) { $0 + $1.bytes.count }
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

    private static func input(_ field: Field) -> JobManifest.InlineFile? {
        guard let object = field.object(known: ["path", "content", "contentBase64", "executable"]) else { return nil }
        let path = object.required("path", expected: pathForm).flatMap(relativePath)
        let executable = object["executable"].flatMap { $0.boolean() } ?? false
        let bytes: [UInt8]?
        switch (object["content"], object["contentBase64"]) {
        case (let content?, nil): bytes = content.string(expected: "the file's text").map { Array($0.utf8) }
        case (nil, let encoded?): bytes = base64(encoded)
        default:
            field.fault(
                "the file's content is not clear",
                expected: "exactly one of 'content' (text) and 'contentBase64'"
            )
            bytes = nil
        }
        guard let path, let bytes else { return nil }
        return .init(path: path, bytes: bytes, isExecutable: executable)
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

    static func outputs(_ field: Field) -> [String] {
        (field.elements(limit: 100, of: "globs") ?? []).compactMap { element in
            let form = "a glob below the job's folder, such as *.fits or results/**"
            guard let text = element.string(expected: form) else { return nil }
            do {
                _ = try Glob(text)
                return text
            } catch {
                element.fault("\(ManifestWords.quoted(text)): \(error)", expected: form)
                return nil
            }
        }
    }

    static func container(_ field: Field) -> JobManifest.Container? {
        guard let object = field.object(known: ["image", "digest", "binds"]) else { return nil }
        let imageForm = "the absolute path of a Charliecloud image directory or SquashFS file at the site"
        let image = object.required("image", expected: imageForm).flatMap { absolutePath($0, expected: imageForm) }
        let pinned = object["digest"].flatMap(digest)
        let bindForm = "HOST:/INSIDE, both absolute"
        let binds = (object["binds"]?.elements(limit: 50, of: "binds") ?? []).compactMap {
            ManifestWords.matching($0, /\/[^:\x00-\x1f\x7f]*:\/[^:\x00-\x1f\x7f]*/, expected: bindForm)
        }
        return image.map { .init(image: $0, digest: pinned, binds: binds) }
    }

    private static func digest(_ field: Field) -> SHA256Digest? {
        let form = "sha256: and 64 lower-case hexadecimal digits"
        guard let text = field.string(expected: form) else { return nil }
        if let digest = SHA256Digest(text) { return digest }
        field.fault("\(ManifestWords.quoted(text)) is not a digest", expected: form)
        return nil
    }

    private static func absolutePath(_ field: Field, expected: String) -> String? {
        guard let text = field.string(expected: expected) else { return nil }
        let bad =
            !text.hasPrefix("/") || text.utf8.contains { $0 < 32 || $0 == 127 } || text.utf8.count > 4095
            || text.split(separator: "/").contains("..")
        guard !bad else {
            field.fault("\(ManifestWords.quoted(text)) is not such a path", expected: expected)
            return nil
        }
        return text
    }
}
