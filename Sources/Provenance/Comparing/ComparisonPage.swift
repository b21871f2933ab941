internal import Attestation
internal import Comparison
internal import FoundationEssentials

/// Two runs beside each other for a person: HTML without scripts.
package struct ComparisonPage: Sendable {
    private let comparison: RunComparison
    private let pictures: String

    /// The page of a comparison.
    ///
    /// - Parameters:
    ///   - comparison: what was found.
    ///   - pictures: address of pictures; the file's path, encoded, is put at its end.
    package init(_ comparison: RunComparison, pictures: String) {
        (self.comparison, self.pictures) = (comparison, pictures)
    }

    /// The policy of content that the page keeps (CSP Level 3): its own style by digest, and our pictures.
    package static let contentSecurityPolicy =
        "default-src 'none'; img-src 'self' data:; style-src 'sha256-\(URIText.base64(SHA256Digest(of: LandingPage.style.utf8)))'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

    /// UTF-8 text.
    package var bytes: [UInt8] { Array(text.utf8) }

    private var text: String {
        let title = Markup("\(comparison.left.title) beside \(comparison.right.title)").text
        let body = [heading, sides, reasons] + layers + [rules, files] + details
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title)</title>
            <style>\(LandingPage.style)</style>
            </head>
            <body><main>
            \(body.compactMap { $0?.text }.joined(separator: "\n"))
            </main></body>
            </html>

            """
    }

    private var heading: Markup? {
        Markup(
            trusted: Markup.element("h1", [], Markup("Results: \(comparison.outcome.verdict.name)")).text
                + Markup.element("p", [], .element("strong", [], Markup(comparison.outcome.sentence))).text
        )
    }

    private static func table(_ head: [String], _ rows: [[String]]) -> Markup {
        func row(_ name: String, _ cells: [String]) -> Markup {
            .element("tr", [], cells.map { .element(name, [], Markup($0)) })
        }
        return .element("table", [], [row("th", head)] + rows.map { row("td", $0) })
    }

    private static func section(_ title: String, _ contents: Markup) -> Markup {
        Markup(trusted: Markup.element("h2", [], Markup(title)).text + contents.text)
    }

    private var sides: Markup? {
        let rows = [
            ("name", \RunComparison.Side.title), ("id", \.id), ("job", \.job), ("site", \.site),
            ("state", \.state.rawValue),
        ].map { [$0.0, comparison.left[keyPath: $0.1], comparison.right[keyPath: $0.1]] }
        return Self.table(["", "Original", "Other"], rows)
    }

    private var reasons: Markup? {
        guard !comparison.outcome.reasons.isEmpty else { return nil }
        return Self.section(
            "Why",
            .element("ul", [], comparison.outcome.reasons.prefix(100).map { .element("li", [], Markup($0)) })
        )
    }

    private var layers: [Markup?] {
        comparison.layers.map { layer in
            let title = layer.kind.rawValue.capitalizedFirst
            guard !layer.differences.isEmpty else {
                return Self.section(title, .element("p", [], Markup("The same.")))
            }
            let rows = layer.differences.map { [$0.what, $0.old ?? "–", $0.new ?? "–"] }
            return Self.section(title, Self.table(["", "Original", "Other"], rows))
        }
    }

    private var rules: Markup? { .element("p", [], Markup(comparison.rules.told)) }

    private var files: Markup? {
        let found = comparison.files
        var rows = found.changed.map { [$0.path, $0.verdict.name, $0.sentence] }
        rows += found.removed.map { [$0, "gone", ""] } + found.added.map { [$0, "new", ""] }
        rows += found.renamed.map { [$0.new, "renamed", "It was \($0.old)."] }
        rows += found.same.map { [$0, "identical", ""] }
        return Self.section("Files", Self.table(["File", "Verdict", ""], Array(rows.prefix(LandingPage.shownFiles))))
    }

    /// What differs within files, row by row.
    private var details: [Markup?] {
        comparison.files.changed.prefix(20).flatMap { file in
            [picture(file)]
                + tables(file).map { table in
                    let rows = table.rows.prefix(50).map { row in
                        let cells = row.cells.map { "\($0.column): \($0.old) → \($0.new)" }
                        return [row.label, row.change.rawValue, cells.joined(separator: "; ")]
                    }
                    return rows.isEmpty ? nil : Self.section(file.path, Self.table(["Row", "", "Values"], rows))
                }
        }
    }

    private func tables(_ file: FileComparison) -> [TableComparison] {
        switch file.detail {
        case .tables(let tables): tables
        case .json(let values): values.rows.map { [$0] } ?? []
        case .fits(let fits): fits.units.compactMap(\.table)
        case .none, .text: []
        }
    }

    /// Charts travel in the page itself; maps of images, which are large, are fetched.
    private func picture(_ file: FileComparison) -> Markup? {
        let chart = tables(file).lazy.compactMap { DifferencePicture.sky($0) }.first
        guard chart != nil || file.kind == .fits else { return nil }
        let address =
            chart.map { "data:image/svg+xml;base64,\(Data($0.utf8).base64EncodedString())" }
            ?? pictures + URIText.segment(file.path)
        let words = Markup("Where \(file.path) differs").text
        return .element("p", [], Markup(trusted: "<img alt=\"\(words)\" src=\"\(Markup(address).text)\">"))
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
