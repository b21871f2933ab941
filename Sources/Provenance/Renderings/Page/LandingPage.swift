internal import Attestation

/// The page of an analysis for a person: HTML without scripts, on a phone and in the dark too.
package struct LandingPage: Sendable {
    /// The most files that are listed; the crate lists them all.
    static let shownFiles = 500

    let manifest: ReproducibilityManifest
    let status: RecordStatus
    let versions: [AnalysisVersion]
    let flags: [AnalysisFlag]
    let addresses: RecordAddresses

    /// The page of an analysis.
    ///
    /// - Parameters:
    ///   - manifest: the record.
    ///   - status: how it stands.
    ///   - versions: all versions of the analysis, oldest first.
    ///   - flags: what it rests on that is not what it was.
    package init(
        _ manifest: ReproducibilityManifest,
        status: RecordStatus = .current,
        versions: [AnalysisVersion] = [],
        flags: [AnalysisFlag] = []
    ) {
        self.manifest = manifest
        self.status = status
        self.versions = versions
        self.flags = flags
        addresses = RecordAddresses(manifest)
    }

    /// The policy of content that the page keeps: its own style by digest, and nothing else (CSP Level 3).
    package static let contentSecurityPolicy =
        "default-src 'none'; style-src 'sha256-\(URIText.base64(SHA256Digest(of: style.utf8)))'; base-uri 'none'; "
        + "form-action 'none'; frame-ancestors 'none'"

    /// UTF-8 text.
    package var bytes: [UInt8] { Array(text.utf8) }

    var title: String { manifest.publication?.title ?? "Record of job \(manifest.job.name)" }

    private var text: String {
        let body = [banner, flagged, heading, facts, inputs, outputs, models, verification, downloads, history]
        return Self.document(
            title: status.titlePrefix + title,
            head: """
                <link rel="canonical" href="\(Markup(addresses.analysis).text)">
                <script type="application/ld+json">\(SchemaOrgRendering(manifest, status: status).embedded)</script>
                """,
            body: body.compactMap { $0?.text }.joined(separator: "\n")
        )
    }

    /// A page of ours around markup that is escaped already.
    static func document(title: String, head: String = "", body: String) -> String {
        document(title: title, style: style, head: head, body: "<main>\n\(body)\n</main>")
    }

    /// A page in the look of all our pages.
    ///
    /// - Parameters:
    ///   - title: its title, any text.
    ///   - moreStyle: rules of its own behind those of all pages.
    ///   - contents: what stands in its body.
    /// - Returns: the page, and the policy of content that it keeps apart from what its forms may do.
    package static func page(title: String, moreStyle: String, contents: [Markup]) -> (html: String, policy: String) {
        let style = Self.style + "\n" + moreStyle
        let body = contents.map(\.text).joined(separator: "\n")
        return (
            document(title: title, style: style, head: "", body: body),
            "default-src 'none'; style-src 'sha256-\(URIText.base64(SHA256Digest(of: style.utf8)))'; base-uri 'none'; "
                + "frame-ancestors 'none'"
        )
    }

    private static func document(title: String, style: String, head: String, body: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(Markup(title).text)</title>
        <style>\(style)</style>
        \(head)
        </head>
        <body>\(body)</body>
        </html>

        """
    }

    /// What it rests on that is not what it was.
    private var flagged: Markup? {
        guard !flags.isEmpty else { return nil }
        let items = flags.prefix(Self.shownFiles).map { flag in
            let words =
                switch flag.kind {
                case .inputRetracted: "An input came from an analysis that was retracted"
                case .superseded: "Something it used was replaced by a newer version"
                case .withdrawn: "Something it used was withdrawn"
                }
            return Markup.element("li", [], Markup("\(words): \(flag.reason) (\(flag.digest), \(flag.cause))"))
        }
        return .element("aside", [("class", "banner updated"), ("role", "alert")], .element("ul", [], Array(items)))
    }

    static let style = """
        :root{color-scheme:light dark;--line:#8885}
        body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:60rem;padding:1rem;overflow-wrap:anywhere}
        h1{line-height:1.2}code,pre{font:.85em/1.4 ui-monospace,monospace}
        pre{overflow-x:auto;padding:.75rem;border:1px solid var(--line);overflow-wrap:normal}
        table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;
        border-bottom:1px solid var(--line)}
        .banner{border:2px solid #b00020;border-radius:.25rem;padding:.5rem 1rem;margin-bottom:1rem}
        .banner.updated{border-color:#8a6d00}
        @media(max-width:40rem){td,th{display:block;border:0}tr{display:block;border-bottom:1px solid var(--line)}}
        """

    /// What readers must see first; nothing for a current analysis.
    private var banner: Markup? {
        guard status.kind != .current else { return nil }
        let words =
            switch status.kind {
            case .current: ""
            case .updated: "Updated: a newer version exists."
            case .concern: "Expression of concern: this analysis is being looked into."
            case .retracted: "Retracted: this analysis must not be used any more."
            }
        var lines = [Markup.element("p", [], .element("strong", [], Markup(words)))]
        if let reason = status.reason { lines.append(.element("p", [], Markup("\(reason.text) (\(reason.code))"))) }
        let decision = [status.decidedAt.map { "on \($0.day)" }, status.decidedBy.map { "by \($0)" }].compactMap { $0 }
        if !decision.isEmpty {
            lines.append(.element("p", [], Markup("Decided " + decision.joined(separator: " ") + ".")))
        }
        if let notice = status.notice { lines.append(.element("p", [], .link(notice, "Notice"))) }
        if let successor = status.successor {
            lines.append(.element("p", [], .link(addresses.analysis(successor), "The version that replaces it")))
        }
        return .element("aside", [("class", "banner \(status.kind.rawValue)"), ("role", "alert")], lines)
    }

    private var heading: Markup {
        var parts = [Markup.element("h1", [], Markup(status.titlePrefix + title))]
        if let publication = manifest.publication {
            parts.append(.element("p", [], authors(publication)))
            parts.append(.element("p", [], Markup(publication.abstract)))
        }
        parts.append(.element("p", [], Markup(CrateRendering(manifest).outcomeText)))
        return .element("header", [], parts)
    }

    private func authors(_ publication: Publication) -> [Markup] {
        var parts: [Markup] = []
        for author in publication.authors {
            if !parts.isEmpty { parts.append(Markup(", ")) }
            parts.append(
                author.orcid.map { .link("https://orcid.org/" + URIText.segment($0), author.shownName) }
                    ?? Markup(author.shownName)
            )
            if let affiliation = author.affiliation { parts.append(Markup(" (\(affiliation))")) }
        }
        return parts
    }
}
