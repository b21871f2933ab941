internal import Attestation
internal import Documents
internal import Slurm

/// Reads globs and containers.
enum FilesReader {
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

    static func digest(_ field: Field) -> SHA256Digest? {
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
