import Attestation
import Foundation
import Testing

@testable import Provenance

@Suite("Pages and what crawlers read")
struct PageTests {
    private static let versions = [
        AnalysisVersion(
            id: Samples.published.id,
            version: "1",
            publishedAt: Samples.moment,
            status: .updated
        ),
        AnalysisVersion(id: Samples.hostile.id, version: "2", publishedAt: Samples.later(10), status: .current),
    ]

    private struct Reading: Decodable {
        let type: String
        let name: String
        let digests: [String]
        let fields: [String]
        let authors: Int
        let citeAs: String
        let items: Int
        let describedBy: Int
        let license: String
        let types: Int
    }

    @Test(
        "Crawlers, DataCite's schema, BibTeX and Signposting read every record",
        .enabled(if: PublicTool.python != nil)
    )
    func read() async throws {
        let scratch = try ScratchFolder()
        let folders = try Samples.all.map { sample in
            let folder = try SampleFolder(sample, below: scratch.path)
            let status = sample.name == "hostile" ? StatusTests.retracted.status : .current
            try folder.write("page.html", LandingPage(sample.manifest, status: status, versions: Self.versions).bytes)
            try folder.write("page.bib", BibTeXRendering(sample.manifest, status: status).bytes)
            try folder.write(
                "datacite.json",
                DataCiteRendering(sample.manifest, status: status, versions: Self.versions).bytes
            )
            let links = SignpostingLinks(sample.manifest, status: status, versions: Self.versions)
            try folder.write("links.txt", Array(links.header.utf8))
            return folder.path
        }
        let readings: [String: Reading] = try await PublicTool.json("check_pages.py", folders, in: scratch)
        for sample in Samples.all {
            let reading = try #require(readings[sample.name])
            let manifest = sample.manifest
            let title = manifest.publication?.title ?? "Record of job \(manifest.job.name)"
            #expect(reading.type == "Dataset")
            #expect(reading.name == (sample.name == "hostile" ? "RETRACTED: " : "") + title)
            #expect(reading.digests == manifest.outputs.map(\.digest.hexadecimal))
            #expect(reading.fields.contains("title"))
            #expect(reading.authors == manifest.publication?.authors.count ?? 1)
            #expect(reading.items == manifest.outputs.count)
            #expect(reading.describedBy == 3)
            #expect(reading.types == 2)
            #expect(!reading.citeAs.isEmpty)
            #expect(reading.license == manifest.publication?.licenceURL ?? "")
        }
    }

    @Test("No text becomes markup, and no page has a script that runs")
    func escaped() {
        let status = StatusTests.retracted.status
        let page = String(
            decoding: LandingPage(Samples.hostile, status: status, versions: Self.versions).bytes,
            as: UTF8.self
        )
        #expect(page.components(separatedBy: "<script").count == 2)
        #expect(page.components(separatedBy: "</script>").count == 2)
        for tag in ["<b>", "<i>", "<brien>", "<C>", "onerror="] { #expect(!page.contains(tag)) }
        #expect(!page.contains("\u{1}"))
    }

    @Test("The page's policy lets its own style in, and nothing else")
    func policy() throws {
        let page = String(decoding: LandingPage(Samples.hostile).bytes, as: UTF8.self)
        let style = try #require(page.firstMatch(of: /(?s)<style>(.*?)<\/style>/)).1
        let digest = Data(SHA256Digest(of: style.utf8).bytes).base64EncodedString()
        #expect(LandingPage.contentSecurityPolicy.contains("style-src 'sha256-\(digest)'; "))
        #expect(!page.contains("style=\""))
    }

    @Test("A page says first that an analysis is retracted: why, when, by whom, and what replaces it")
    func banner() {
        let status = StatusTests.retracted.status
        let page = String(decoding: LandingPage(Samples.published, status: status).bytes, as: UTF8.self)
        let banner = page.components(separatedBy: "</aside>").first ?? ""
        #expect(page.contains("<title>RETRACTED: Calibration of night 1</title>"))
        for word in [
            "Retracted", "The survey withdrew", "input-withdrawn", "2026-11-20", "grace", Samples.container.id.text,
        ] {
            #expect(banner.contains(word), "\(word)")
        }
        let current = String(decoding: LandingPage(Samples.published).bytes, as: UTF8.self)
        #expect(!current.contains("<aside"))
        #expect(
            String(decoding: BibTeXRendering(Samples.published, status: status).bytes, as: UTF8.self).contains(
                "RETRACTED"
            )
        )
        let metadata = String(decoding: DataCiteRendering(Samples.published, status: status).bytes, as: UTF8.self)
        #expect(metadata.contains(#""dateType":"Withdrawn""#))
        #expect(metadata.contains("IsObsoletedBy"))
    }

    @Test("Only addresses of the web can be followed")
    func links() {
        #expect(Markup.link("javascript:alert(1)", "x").text == "<code>x</code>")
        #expect(
            Markup.link("HTTPS://x.example/?a=\"", "<x>").text
                == #"<a href="HTTPS://x.example/?a=&quot;">&lt;x&gt;</a>"#
        )
        #expect(Markup("a\u{202e}b\u{7f}").text == "a\u{fffd}b\u{fffd}")
    }

    @Test("A header of links is one line of ASCII and stays small")
    func header() {
        var manifest = Samples.hostile
        let few = SignpostingLinks(manifest, versions: Self.versions).header
        #expect(few.utf8.allSatisfy { $0 >= 32 && $0 < 127 })
        #expect(few.contains(#"rel="predecessor-version""#))
        #expect(few.contains(#"rel="latest-version""#))
        manifest.outputs = (0..<51).map { Samples.output("part-\($0)", nil) }
        let many = SignpostingLinks(manifest).header
        #expect(many.contains(#"archive.zip>; rel="item""#))
        #expect(many.utf8.count < 4096)
    }

    @Test("An entry of BibTeX escapes what TeX would read")
    func bibliography() {
        var manifest = Samples.published
        manifest.publication?.title = ##"50% of {a}_b & $c #d ~e^f \g "h""##
        manifest.publication?.authors = [
            Person(name: "Ada Lovelace"), Person(name: "Research and Company"), Person(name: "Hopper, Grace"),
        ]
        let text = String(decoding: BibTeXRendering(manifest).bytes, as: UTF8.self)
        #expect(text.contains("author = {Ada Lovelace and {Research and Company} and Hopper, Grace}"))
        let title =
            ##"{{50\% of \textbraceleft{}a\textbraceright{}\_b \& \$c \#d \textasciitilde{}e\textasciicircum{}f"##
            + #" \textbackslash{}g \textquotedbl{}h\textquotedbl{}}}"#
        #expect(text.contains("title = " + title))
    }
}
