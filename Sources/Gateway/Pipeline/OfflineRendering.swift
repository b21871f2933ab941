internal import Attestation
package import Documents

/// Rendering without a running gateway: what `farfield render` does.
package enum OfflineRendering {
    /// The script a manifest would become under a configuration.
    ///
    /// - Parameters:
    ///   - document: the manifest.
    ///   - configuration: names the sites and the templates.
    ///   - program: path of the running program, beside which templates are looked for.
    /// - Returns: the preview.
    /// - Throws: ``GatewayError`` with every fault found.
    package static func preview(
        _ document: Document,
        configuration: GatewayConfiguration,
        program: String
    ) throws -> ScriptPreview {
        let manifest = try JobManifestReader.read(document)
        let folder = TemplateCatalog.locate(configured: configuration.templates, program: program)
        let admission = Admission(sites: SiteDirectory(sites: []), templates: TemplateCatalog(folder: folder))
        let candidates = configuration.sites.map { Placement.Candidate(site: $0, record: nil, activeJobs: 0) }
        return ScriptPreview(try admission.admit(manifest, among: candidates))
    }
}

extension ScriptPreview {
    init(_ admitted: Admission.Admitted) {
        self.init(
            script: admitted.script,
            template: admitted.manifest.effectiveTemplate,
            site: admitted.site,
            manifest: admitted.manifest.json,
            scriptDigest: admitted.scriptDigest.description
        )
    }
}
