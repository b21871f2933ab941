internal import Attestation
internal import Gateway
internal import Storage

extension AnalysisService {
    /// The page of an analysis for a person, with what its HTTP fields say.
    package struct Page: Sendable {
        /// HTML.
        package let html: [UInt8]
        /// The `Link` field (RFC 8288, signposting.org).
        package let links: String
    }

    /// The page of an analysis.
    ///
    /// - Parameter record: the analysis.
    /// - Returns: the page, as the analysis stands now.
    /// - Throws: `GatewayError` of kind `notFound`.
    package func page(of record: RecordID) async throws -> Page {
        let analysis = try await analysis(record)
        let (manifest, versions) = try await (self.manifest(of: analysis), self.versions(of: analysis))
        return Page(
            html: LandingPage(
                manifest,
                status: analysis.status,
                versions: versions,
                flags: try await flags(of: record)
            ).bytes,
            links: SignpostingLinks(manifest, status: analysis.status, versions: versions).header
        )
    }

    /// The page of a site that records name as their builder.
    ///
    /// - Throws: `GatewayError` of kind `notFound`.
    package func page(ofSite name: String) throws -> [UInt8] {
        guard spine.configuration.sites.contains(where: { $0.name == name }) else {
            throw GatewayError(.notFound, "There is no site '\(name.prefix(60))' here now.")
        }
        return ReferencePage(site: name, gateway: identity.name).bytes
    }

    /// The text of a template that a published analysis used.
    ///
    /// - Parameter digest: `sha256:…` of its text.
    /// - Returns: the text.
    /// - Throws: `GatewayError` of kind `notFound`.
    package func template(digest: String) async throws -> String {
        let text = try await spine.database.read { connection -> String? in
            guard try !AnalysisStore.users(of: digest, as: [.template], on: connection).isEmpty else { return nil }
            return try spine.finished.template(digest, on: connection)
        }
        if let text { return text }
        throw GatewayError(.notFound, "No published analysis used a template of that digest.")
    }

    /// A document or a file of an analysis by its path below the analysis's address.
    ///
    /// - Parameters:
    ///   - path: such as `manifest.dsse.json`, `archive.zip` or `outputs/map.fits`.
    ///   - record: the analysis.
    /// - Returns: nil when there is none of that name.
    /// - Throws: `GatewayError` of kind `notFound`.
    package func document(_ path: String, of record: RecordID) async throws -> AnalysisDocument? {
        let (analysis, edition) = try await (analysis(record), edition(of: record))
        if let form = ManifestForm(fileName: path) {
            let text = try await manifests.text(of: edition, as: form)
            return .fixed(Array(text.utf8), type: form.mediaType, name: path)
        }
        if path == "status.dsse.json" {
            let text = try await status(of: record)
            return .present(Array(text.utf8), type: "application/vnd.in-toto+json", name: path)
        }
        let manifest = try await manifest(of: analysis)
        let versions = try await versions(of: analysis)
        switch path {
        case "datacite.json":
            let bytes = DataCiteRendering(manifest, status: analysis.status, versions: versions).bytes
            return .present(bytes, type: "application/vnd.datacite.datacite+json", name: path)
        case "citation.bib":
            let bytes = BibTeXRendering(manifest, status: analysis.status).bytes
            return .present(bytes, type: "application/x-bibtex", name: path)
        case RecordPaths.checksums:
            return .fixed(ChecksumList(manifest).bytes, type: "text/plain; charset=utf-8", name: path)
        default: break
        }
        if path == Self.script || path.hasPrefix(Self.inputs) { return try await given(path, analysis, manifest) }
        return try await file(path, edition, manifest)
    }

    private static let script = "program/user-script"
    private static let inputs = "inputs/"

    /// What the job was given: the text of its script, an input from the manifest, or one that is itself published.
    ///
    /// Other inputs are named by digest alone: who may read them has not said that everybody may.
    private func given(
        _ path: String,
        _ analysis: Analysis,
        _ manifest: ReproducibilityManifest
    ) async throws -> AnalysisDocument? {
        let asked = try await spine.jobs.job(analysis.job).manifest
        let name = path.split(separator: "/").last.map(String.init) ?? path
        if path == Self.script {
            guard case .script(let text)? = asked?.program else { return nil }
            return .fixed(Array(text.utf8), type: "text/plain; charset=utf-8", name: name)
        }
        let slot = String(path.dropFirst(Self.inputs.count))
        if let bytes = asked?.inputs.first(where: { $0.path == slot })?.source.inlineBytes {
            return .fixed(bytes, type: MediaType.of(path: slot), name: name)
        }
        guard let input = manifest.inputs.first(where: { $0.slot == slot }), case .sha256(let digest)? = input.digest,
            let stored = try await spine.artifacts.find(digest),
            try await spine.database.read({
                try !AnalysisStore.users(of: digest.description, as: [.output], on: $0).isEmpty
            })
        else { return nil }
        return .artifact(digest, size: stored.size, type: MediaType.of(path: slot), name: name)
    }

    /// A file of the crate, or all of them.
    private func file(
        _ path: String,
        _ edition: Edition,
        _ manifest: ReproducibilityManifest
    ) async throws -> AnalysisDocument? {
        let rendering = try await manifests.rendering(of: edition, manifest)
        if path == "archive.zip" {
            return .archive(
                .init(folder: rendering.folder, entries: rendering.entries, statement: edition.statement)
            )
        }
        guard let entry = rendering.entries.first(where: { $0.path == "data/\(path)" }) else { return nil }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        switch entry.content {
        case .bytes(let bytes): return .fixed(bytes, type: MediaType.of(path: path), name: name)
        case .artifact(let digest, let size):
            return .artifact(digest, size: size, type: MediaType.of(path: path), name: name)
        }
    }

    var manifests: ManifestService { ManifestService(spine: spine, keys: keys, log: log, identity: identity) }
}
