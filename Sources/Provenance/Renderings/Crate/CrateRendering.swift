internal import Attestation
internal import Documents

/// A record as RO-Crate metadata: RO-Crate 1.1 with the profiles Process Run Crate 0.5, Workflow Run Crate 0.5 and
/// Workflow RO-Crate 1.0.
package struct CrateRendering: Sendable {
    let manifest: ReproducibilityManifest
    let profile: CrateProfile
    let addresses: RecordAddresses
    let inputGroups: [InputGroup]

    /// The crate of a record.
    ///
    /// - Parameters:
    ///   - manifest: the record.
    ///   - profile: which versions of the specifications it follows.
    package init(_ manifest: ReproducibilityManifest, profile: CrateProfile = .workflowRun) {
        self.manifest = manifest
        self.profile = profile
        addresses = RecordAddresses(manifest)
        inputGroups = Self.groups(manifest)
    }

    /// `ro-crate-metadata.json`: JSON with one entity on each line, members sorted (RFC 8785 within a line).
    package var bytes: [UInt8] {
        let context = JSONValue.array(profile.contexts.map { .string($0) })
        return Canonical.crate(context: context, graph: graph.map { .object($0.members) })
    }

    /// Entities in reading order; of several with one `@id` the first stays.
    private var graph: [CrateEntity] {
        let all =
            [descriptor, root] + profiles + [workflow, language] + parameters + [run] + runDetails + files + people
            + [publisher, licence]
        var seen: Set<String> = []
        return all.filter { seen.insert($0.id).inserted }
    }

    private var descriptor: CrateEntity {
        var entity = CrateEntity(RecordPaths.crate, "CreativeWork")
        entity.refer("about", ["./"])
        entity.refer("conformsTo", [profile.specification, profile.workflow.uri])
        return entity
    }

    private var profiles: [CrateEntity] {
        (profile.runs + [profile.workflow]).map { profile in
            var entity = CrateEntity(profile.uri, "CreativeWork", "Profile")
            entity["name"] = profile.name
            entity["version"] = profile.version
            return entity
        }
    }

    private var root: CrateEntity {
        var entity = CrateEntity("./", "Dataset")
        entity["name"] = title
        entity["description"] = description
        entity["datePublished"] =
            (manifest.publication?.publishedAt ?? manifest.ending.finishedAt ?? Self.noMoment).offset
        entity["identifier"] = manifest.publication?.doiURL ?? "urn:uuid:\(manifest.id)"
        entity["url"] = addresses.analysis
        entity["version"] = manifest.publication?.version ?? "1"
        entity["keywords"] = keywords
        entity.refer("conformsTo", (profile.runs + [profile.workflow]).map(\.uri))
        entity.refer("license", [licence.id])
        // Nobody claims authorship of what is not published: the gateway wrote it.
        entity.refer("author", manifest.publication?.authors.map(Self.id) ?? [publisher.id])
        entity.refer("creator", authors.map(Self.id))
        entity.refer("publisher", [publisher.id])
        entity.refer("mainEntity", [workflow.id])
        entity.refer("mentions", [run.id] + mentioned)
        entity.refer("hasPart", partIDs)
        if let parent = manifest.replayOf { entity.refer("isBasedOn", [URIText.named(parent)]) }
        return entity
    }

    /// Stands where a date must be and none is known; the description says so.
    static let noMoment = Moment(microseconds: 0)

    var authors: [Person] { manifest.publication?.authors ?? [manifest.owner] }

    private var title: String { manifest.publication?.title ?? "Record of job \(manifest.job.name)" }

    private var keywords: String {
        let words = manifest.publication?.keywords ?? []
        return words.isEmpty ? "provenance, Slurm" : words.joined(separator: ", ")
    }

    private var description: String {
        if let publication = manifest.publication, !publication.abstract.isEmpty { return publication.abstract }
        let date = manifest.ending.finishedAt == nil ? " When it ended is not known; the date is a placeholder." : ""
        return "What ran, on what, where and with which outcome: \(outcomeText)" + date
    }

    var licence: CrateEntity {
        guard let publication = manifest.publication else {
            var entity = CrateEntity(addresses.gateway + "licences/none", "CreativeWork")
            entity["name"] = "No licence granted"
            entity["description"] = "This record is not published; nobody was given a licence to use its files."
            return entity
        }
        var entity = CrateEntity(publication.licenceURL, "CreativeWork")
        entity["name"] = publication.licence
        entity["description"] = "The licence \(publication.licence) of the SPDX License List."
        return entity
    }
}
