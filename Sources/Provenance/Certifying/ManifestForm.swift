/// The forms a manifest is handed out in.
package enum ManifestForm: String, Sendable, CaseIterable {
    /// The RO-Crate metadata document: what people and crawlers read.
    case crate
    /// The signed envelope (DSSE) over the statement.
    case envelope
    /// The proof that it is in the log (C2SP tlog-proof).
    case proof
    /// Envelope and proof in one file (Sigstore bundle 0.3).
    case bundle

    /// The name of its file.
    package var fileName: String {
        switch self {
        case .crate: "ro-crate-metadata.json"
        case .envelope: "manifest.dsse.json"
        case .proof: "manifest.tlog-proof"
        case .bundle: "manifest.sigstore.json"
        }
    }

    /// Its media type.
    package var mediaType: String {
        switch self {
        case .crate:
            "application/ld+json; profile=\"http://www.w3.org/ns/json-ld#flattened http://www.w3.org/ns/json-ld#compacted "
                + "https://w3id.org/ro/crate\""
        case .envelope: "application/vnd.in-toto.provenance+dsse"
        case .proof: "text/plain; charset=utf-8"
        case .bundle: "application/vnd.dev.sigstore.bundle.v0.3+json"
        }
    }

    /// The form whose file has that name.
    package init?(fileName: String) {
        guard let form = Self.allCases.first(where: { $0.fileName == fileName }) else { return nil }
        self = form
    }

    /// The names of all files, for people.
    package static var list: String { allCases.map(\.fileName).joined(separator: ", ") }
}
