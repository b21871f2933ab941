/// A page that explains an address that stands in records: build type, terms, status, licence, site.
///
/// SLSA v1 asks that a build type resolves to a description of its parameters.
package struct ReferencePage: Sendable {
    /// The pages there are, by the last parts of their addresses.
    package enum Subject: String, Sendable, CaseIterable {
        case buildType = "buildtypes/slurm-analysis/v1"
        case terms
        case status = "attestations/status/v1"
        case noLicence = "licences/none"
    }

    private let title: String
    private let lead: String
    private let rows: [(id: String, text: String)]

    /// A page.
    package init(_ subject: Subject) {
        switch subject {
        case .buildType: (title, lead, rows) = Self.buildType
        case .terms: (title, lead, rows) = Self.terms
        case .status: (title, lead, rows) = Self.status
        case .noLicence:
            title = "No licence granted"
            lead = "Whoever ran the job has not said how others may use its record and its files. Ask them."
            rows = []
        }
    }

    /// The page of a site that ran jobs.
    ///
    /// - Parameters:
    ///   - site: its name at the gateway.
    ///   - gateway: the gateway's name.
    package init(site: String, gateway: String) {
        title = "Site \(site)"
        lead =
            "Statements whose builder is this address were made by \(gateway), about jobs that it sent to the site "
            + "\(site) and followed there itself. Trust in such a statement is trust in both."
        rows = []
    }

    /// HTML as UTF-8.
    package var bytes: [UInt8] {
        let list = rows.map { row in
            Markup.element("dt", [("id", row.id)], .element("code", [], Markup(row.id))).text
                + Markup.element("dd", [], Markup(row.text)).text
        }
        let body = Markup.element("h1", [], Markup(title)).text + Markup.element("p", [], Markup(lead)).text
        return Array(LandingPage.document(title: title, body: body + "<dl>\(list.joined())</dl>").utf8)
    }

    private typealias Text = (String, String, [(id: String, text: String)])

    private static let buildType: Text = (
        "Build type: analysis by Slurm, version 1",
        "One job, or one job array, that Farfield rendered from a template and that Slurm ran (SLSA Provenance v1). All "
            + "numbers are texts. externalParameters is a closed list: verifiers refuse other names.",
        [
            ("template", "The template of the batch script, by digest. Always there."),
            ("parameters", "Values by the template's names."),
            (
                "inputs",
                "The address of each input by its path in the job's folder; ni: is a name by digest (RFC 6920)."
            ),
            ("environment", "Variables the researcher declared."),
            ("modules", "Environment modules in the order they were loaded."),
            ("outputs", "Patterns of the files that were brought home."),
            ("command", "words, a shell line, or the digest of a script."),
            ("arrayTasks", "Indexes of a job array in Slurm's notation."),
            ("container", "The image."),
            ("replayOf", "The digest of the statement of the analysis that was run again."),
            (
                "internalParameters",
                "What gateway and site set, and how it ended: site, cluster, slurmJobId, partition, "
                    + "nodes, cpu, gpu, memory, state, exitCode, elapsed, recipe, cachedFrom; unknown lists what nobody could tell."
            ),
            ("resolvedDependencies", "Template, inputs, models and image with the digests of what was used."),
            ("byproducts", "Logs, the batch script and the accounting record, by digest."),
        ]
    )

    private static let terms: Text = (
        "Terms",
        "Properties of a run under resourceUsage that no public vocabulary has a name for.",
        [
            ("nodes", "How many nodes Slurm allocated."), ("cpuModel", "The processor as the first node names it."),
            ("cpuCount", "CPUs allocated in all."), ("gpuModel", "The graphics processor as its driver names it."),
            ("gpuCount", "Graphics processors allocated in all."), ("gpuDriver", "Version of the graphics driver."),
            ("memory", "Memory allocated in all, in bytes."), ("elapsed", "Run time in seconds."),
            ("accounting-", "A figure of Slurm's accounting (sacct(1)) under the name behind the dash."),
        ]
    )

    private static let status: Text = (
        "Predicate: status, version 1",
        "How an analysis stands at a moment. An inclusion proof never shows that nothing came later: demand one of these "
            + "that is young. The subject is the digest of the analysis's statement.",
        [
            ("analysis", "The analysis's id."), ("status", "current, updated, concern or retracted."),
            ("asOf", "When this was so (RFC 3339)."), ("log", "Origin, size and root of the log at that moment."),
            ("lastEvent", "The analysis's newest entry in the log."), ("reason", "A code and a text."),
            ("decidedBy", "Who decided."), ("decidedAt", "When."), ("notice", "The address of a notice."),
            ("successor", "The analysis that replaces it."),
        ]
    )
}
