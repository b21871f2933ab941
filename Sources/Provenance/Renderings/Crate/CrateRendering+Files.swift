internal import Attestation
internal import Documents

extension CrateRendering {
    static func id(_ output: Output) -> String { URIText.path(RecordPaths.path(output)) }

    /// All files but the workflow's own.
    var files: [CrateEntity] { [readme] + inputEntities + modelEntities + outputEntities + logEntities }

    /// What the root is made of: its files.
    var partIDs: [String] { Self.distinct(([workflow] + files).filter(\.isFile)) }

    /// What the root only mentions.
    var mentioned: [String] {
        let others = files.filter { !$0.isFile } + (manifest.container.map { [image($0)] } ?? [])
        return Self.distinct(others)
    }

    private static func distinct(_ entities: [CrateEntity]) -> [String] {
        var seen: Set<String> = []
        return entities.map(\.id).filter { seen.insert($0).inserted }
    }

    private var readme: CrateEntity {
        let bytes = ReadmeRendering(manifest).bytes
        var entity = CrateEntity(RecordPaths.readme, "File")
        entity["name"] = "Read me"
        entity["encodingFormat"] = "text/markdown"
        entity["contentSize"] = "\(bytes.count)"
        entity["sha256"] = SHA256Digest(of: bytes).hexadecimal
        entity.refer("about", ["./"])
        return entity
    }

    var inputEntities: [CrateEntity] { inputGroups.map(entity) }

    /// Inputs that one entity stands for.
    struct InputGroup {
        let id: String
        var inputs: [Input]

        /// A file elsewhere is part of a crate only with its size (RO-Crate 1.1, "Web-based Data Entities"); what has none
        /// fills its slot as a value.
        var isFile: Bool { inputs.contains { $0.kind != .siteFolder && $0.size != nil } }
    }

    /// One group for each address; an address that was read twice with different bytes is named by digest as well.
    static func groups(_ manifest: ReproducibilityManifest) -> [InputGroup] {
        var places: [String: Int] = [:]
        var groups: [InputGroup] = []
        for input in manifest.inputs {
            var id = crateAddress(of: input, manifest)
            if let place = places[id], groups[place].inputs[0].digest != input.digest, let digest = input.digest {
                id = URIText.named(digest.value)
            }
            if let place = places[id] {
                groups[place].inputs.append(input)
            } else {
                places[id] = groups.count
                groups.append(InputGroup(id: id, inputs: [input]))
            }
        }
        return groups
    }

    private func entity(_ group: InputGroup) -> CrateEntity {
        let inputs = group.inputs
        let input = inputs.first { $0.size != nil } ?? inputs[0]
        var entity = CrateEntity(group.id, group.isFile ? "File" : "PropertyValue")
        entity["value"] = group.isFile ? nil : group.id
        entity["name"] = inputs.map(\.slot).joined(separator: ", ")
        entity["description"] = Self.description(of: input)
        entity["contentSize"] = input.size.map { "\($0)" }
        entity["sha256"] = input.kind == .siteFolder ? nil : input.digest?.value.hexadecimal
        entity["version"] = input.version
        entity["encodingFormat"] = MediaTypeText.normalized(input.mediaType)
        entity["sdDatePublished"] =
            (input.resolvedAt ?? manifest.ending.startedAt ?? manifest.ending.submittedAt ?? manifest.ending.finishedAt)?
            .offset
        entity.refer("exampleOfWork", inputs.map { Self.slotID(input: $0.slot) })
        return entity
    }

    /// As ``ReproducibilityManifest/address(of:)``; but a path at a site is not an address for whoever unpacks the crate.
    private static func crateAddress(of input: Input, _ manifest: ReproducibilityManifest) -> String {
        let address = manifest.address(of: input)
        guard address.lowercased().hasPrefix("file:") else { return address }
        return input.digest.map { URIText.named($0.value) }
            ?? RecordAddresses(manifest).document("inputs/" + input.slot)
    }

    private static func description(of input: Input) -> String {
        let source = "An input of the job (\(input.kind.rawValue))."
        guard let digest = input.digest else { return source + " Its digest is not known." }
        return source + " " + digest.algorithm + ": " + digest.value.hexadecimal
    }

    private var modelEntities: [CrateEntity] {
        manifest.models.map { model in
            let id = URIText.absolute(model.uri) ?? addresses.document("models/\(model.name)")
            var entity = CrateEntity(id, model.size == nil ? "CreativeWork" : "File")
            entity["name"] = model.name
            entity["contentSize"] = model.size.map { "\($0)" }
            entity["encodingFormat"] = MediaTypeText.unknown
            entity["description"] = "A trained model the job used."
            entity["version"] = model.commit ?? "not known"
            entity["sha256"] = model.digest?.hexadecimal
            entity["sdDatePublished"] = (manifest.ending.startedAt ?? manifest.ending.finishedAt)?.offset
            return entity
        }
    }

    private var outputEntities: [CrateEntity] {
        manifest.outputs.map { output in
            var entity = CrateEntity(Self.id(output), "File")
            entity["name"] = output.path
            entity["contentSize"] = "\(output.size)"
            entity["sha256"] = output.digest.hexadecimal
            entity["encodingFormat"] = MediaTypeText.normalized(output.mediaType)
            entity["expires"] = output.retainUntil?.offset
            entity.refer("exampleOfWork", [outputSlot.id])
            return entity
        }
    }

    private var logEntities: [CrateEntity] {
        manifest.logs.map { log in
            var entity = CrateEntity(URIText.path(RecordPaths.path(log)), "File")
            entity["name"] = log.name
            entity["contentSize"] = "\(log.size)"
            entity["sha256"] = log.digest.hexadecimal
            entity["encodingFormat"] = "text/plain"
            entity.refer("about", [run.id])
            return entity
        }
    }
}
