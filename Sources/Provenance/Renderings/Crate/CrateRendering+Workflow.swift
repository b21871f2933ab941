internal import Attestation
internal import Documents

extension CrateRendering {
    /// The template of the batch script, which is the workflow of the profiles.
    var workflow: CrateEntity {
        let template = manifest.program.template
        let file = RecordPaths.file(of: template)
        var entity = CrateEntity(URIText.path(file.path), "File", "SoftwareSourceCode", "ComputationalWorkflow")
        entity["name"] = "Batch script template \(template.name)"
        entity["description"] =
            template.text == nil
            ? "The template's text was not kept; this file stands in its place. Its digest was \(template.digest)."
            : "The template the batch script was rendered from."
        entity["version"] = template.version ?? template.digest.description
        entity["url"] = addresses.template(template)
        entity["sha256"] = SHA256Digest(of: file.bytes).hexadecimal
        entity["contentSize"] = "\(file.bytes.count)"
        entity["encodingFormat"] = "text/x-shellscript"
        entity["sdDatePublished"] = (manifest.ending.submittedAt ?? manifest.ending.finishedAt ?? Self.noMoment).offset
        entity.refer("conformsTo", ["https://bioschemas.org/profiles/ComputationalWorkflow/1.0-RELEASE"])
        entity.refer("programmingLanguage", [language.id])
        entity.refer("license", [licence.id])
        entity.refer("creator", [publisher.id])
        entity.refer("input", parameters.map(\.id).filter { $0 != outputSlot.id })
        entity.refer("output", [outputSlot.id])
        return entity
    }

    /// The language of batch scripts.
    var language: CrateEntity {
        var entity = CrateEntity("https://slurm.schedmd.com/sbatch.html", "ComputerLanguage")
        entity["name"] = "Slurm batch script (sbatch)"
        entity["alternateName"] = "sbatch"
        entity["url"] = "https://slurm.schedmd.com/sbatch.html"
        entity.refer("identifier", ["https://slurm.schedmd.com/sbatch.html"])
        return entity
    }

    /// The slots that a replay can fill: parameters of the template, then inputs; and where outputs come out.
    var parameters: [CrateEntity] {
        let declared = manifest.program.template.parameters
        let names = Set(declared.map(\.name))
        let undeclared = manifest.program.parameters.keys.filter { !names.contains($0) }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        return declared.map(slot) + undeclared.map { slot(DeclaredParameter(name: $0, kind: .text)) }
            + inputGroups.flatMap { group in group.inputs.map { slot($0, isFile: group.isFile) } } + [outputSlot]
    }

    static func slotID(parameter: String) -> String { "#parameter-" + URIText.segment(parameter) }
    static func slotID(input: String) -> String { "#input-" + URIText.segment(input) }

    private func slot(_ parameter: DeclaredParameter) -> CrateEntity {
        var entity = formalParameter(Self.slotID(parameter: parameter.name), name: parameter.name)
        entity["additionalType"] =
            switch parameter.kind {
            case .text: "Text"
            case .integer: "Integer"
            case .number: "Float"
            case .boolean: "Boolean"
            }
        entity.set("valueRequired", .boolean(parameter.defaultValue == nil))
        entity["defaultValue"] = parameter.defaultValue
        return entity
    }

    private func slot(_ input: Input, isFile: Bool) -> CrateEntity {
        var entity = formalParameter(Self.slotID(input: input.slot), name: input.slot)
        entity["additionalType"] = isFile ? "File" : "PropertyValue"
        entity["encodingFormat"] = input.mediaType
        entity.set("valueRequired", true)
        return entity
    }

    /// One slot for all outputs: which files a job makes is declared by globs.
    var outputSlot: CrateEntity {
        var entity = formalParameter("#outputs", name: "outputs")
        entity["additionalType"] = hasResults ? "File" : "PropertyValue"
        entity["description"] =
            manifest.program.declaredOutputs.isEmpty
            ? "The job was not told to bring files home."
            : "Files that fit " + manifest.program.declaredOutputs.joined(separator: ", ")
        entity.set("valueRequired", false)
        return entity
    }

    private func formalParameter(_ id: String, name: String) -> CrateEntity {
        var entity = CrateEntity(id, "FormalParameter")
        entity["name"] = name
        entity.refer("conformsTo", ["https://bioschemas.org/profiles/FormalParameter/1.0-RELEASE"])
        return entity
    }
}
