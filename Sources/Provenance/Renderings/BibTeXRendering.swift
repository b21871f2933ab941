/// A record as a BibTeX entry of the type `misc`.
package struct BibTeXRendering: Sendable {
    private let manifest: ReproducibilityManifest
    private let status: RecordStatus

    /// The entry of a record.
    ///
    /// - Parameters:
    ///   - manifest: the record.
    ///   - status: how it stands.
    package init(_ manifest: ReproducibilityManifest, status: RecordStatus = .current) {
        self.manifest = manifest
        self.status = status
    }

    /// UTF-8 text.
    package var bytes: [UInt8] { Array(text.utf8) }

    private var text: String {
        let publication = manifest.publication
        let moment = publication?.publishedAt ?? manifest.ending.finishedAt
        let authors = publication?.authors ?? [manifest.owner]
        let title = status.titlePrefix + (publication?.title ?? "Record of job \(manifest.job.name)")
        let fields: [(name: String, value: String?)] = [
            ("author", authors.map { Self.name($0.shownName) }.joined(separator: " and ")),
            ("title", "{\(Self.escaped(title))}"),
            ("year", moment?.year),
            ("publisher", Self.escaped(manifest.gateway.name)),
            ("version", publication.map { Self.escaped($0.version) }),
            ("doi", publication?.doi.map(URIText.path)),
            ("url", RecordAddresses(manifest).analysis),
            ("note", status.reason.map { Self.escaped($0.text) }),
        ]
        let lines = fields.compactMap { field in field.value.map { "  \(field.name) = {\($0)}" } }
        return "@misc{farfield-\(manifest.id),\n" + lines.joined(separator: ",\n") + "\n}\n"
    }

    /// A name BibTeX would take apart in another way is held together by braces.
    private static func name(_ name: String) -> String {
        let isPlain = name.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || " .,-'".unicodeScalars.contains($0)
        }
        let hasJoint = name.lowercased().split(separator: " ").contains("and")
        let commas = name.count { $0 == "," }
        return isPlain && !hasJoint && commas <= 1 ? name : "{\(escaped(name))}"
    }

    /// TeX's own characters as commands; braces so that they need no partner.
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\textbackslash{}"
            case "{": result += "\\textbraceleft{}"
            case "}": result += "\\textbraceright{}"
            case "$", "&", "#", "_", "%": result += "\\\(scalar)"
            case "~": result += "\\textasciitilde{}"
            case "^": result += "\\textasciicircum{}"
            case "\"": result += "\\textquotedbl{}"
            case _ where scalar.value < 32 || scalar.value == 127: result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
