internal import Attestation
internal import Documents

extension CrateRendering {
    static func id(_ output: Output) -> String { URIText.path(RecordPaths.path(output)) }

    /// All files but the workflow's own.
    var files: [CrateEntity] { [readme] + inputEntities + modelEntities + outputEntities + logEntities }

    /// What the root is made of.
    var partIDs: [String] {
        var seen: Set<String> = []
        return ([workflow] + files).map(\.id).filter { seen.insert($0).inserted }
    }

    /// What the root only mentions.
    var mentioned: [String] { manifest.container.map { [image($0).id] } ?? [] }

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

    /// One entity for each address; an address that was read twice with different bytes is named by digest as well.
    var inputEntities: [CrateEntity] {
        var ids: [String: ContentDigest?] = [:]
        var order: [(id: String, inputs: [Input])] = []
        for input in manifest.inputs {
            var id = manifest.address(of: input)
            if let other = ids[id], other != input.digest, let digest = input.digest {
                id = URIText.named(digest.value)
            }
            if let index = order.firstIndex(where: { $0.id == id }) {
                order[index].inputs.append(input)
            } else {
                ids[id] = input.digest
                order.append((id, [input]))
            }
        }
        return order.map { entity($0.id, $0.inputs) }
    }

    private func entity(_ id: String, _ inputs: [Input]) -> CrateEntity {
        let input = inputs[0]
        var entity = CrateEntity(id, input.kind == .siteFolder ? "Dataset" : "File")
        entity["name"] = inputs.map(\.slot).joined(separator: ", ")
        entity["description"] = Self.description(of: input)
        entity["contentSize"] = input.size.map { "\($0)" }
        entity["sha256"] = input.kind == .siteFolder ? nil : input.digest?.value.hexadecimal
        entity["version"] = input.version
        entity["encodingFormat"] = input.mediaType
        entity["sdDatePublished"] =
            (input.resolvedAt ?? manifest.ending.startedAt ?? manifest.ending.submittedAt ?? manifest.ending.finishedAt)?
            .offset
        entity.refer("exampleOfWork", inputs.map { Self.slotID(input: $0.slot) })
        return entity
    }

    private static func description(of input: Input) -> String {
        let source = "An input of the job (\(input.kind.rawValue))."
        guard let digest = input.digest else { return source + " Its digest is not known." }
        return source + " " + digest.algorithm + ": " + digest.value.hexadecimal
    }

    private var modelEntities: [CrateEntity] {
        manifest.models.map { model in
            let id = URIText.absolute(model.uri) ?? addresses.document("models/\(model.name)")
            var entity = CrateEntity(id, "File")
            entity["name"] = model.name
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
            entity["encodingFormat"] = output.mediaType ?? "application/octet-stream"
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
