internal import Attestation
internal import Documents

extension StatementRendering {
    /// What the run rested on, as resource descriptors (in-toto attestation framework v1).
    var dependencies: [JSONValue] {
        let template = manifest.program.template
        var found = [
            descriptor(
                "template/\(template.name)",
                uri: addresses.template(template),
                digest: ["sha256": template.digest],
                annotations: Facts(["kind": "template", "version": template.version])
            )
        ]
        found += manifest.inputs.map(input)
        found += manifest.models.map(model)
        if let container = manifest.container { found += images(container) }
        return found
    }

    private func input(_ input: Input) -> JSONValue {
        descriptor(
            "input/\(input.slot)",
            uri: manifest.address(of: input),
            digest: input.digest.map { [$0.algorithm: $0.value] } ?? [:],
            mediaType: input.mediaType,
            annotations: Facts([
                "kind": input.kind.rawValue, "size": input.size.map { "\($0)" }, "version": input.version,
                "resolvedAt": input.resolvedAt?.utc,
            ])
        )
    }

    private func model(_ model: Model) -> JSONValue {
        var digest: [String: JSONValue] = [:]
        digest["gitCommit"] = model.commit.map { .string($0) }
        digest["sha256"] = model.digest.map { .string($0.hexadecimal) }
        var members: [String: JSONValue] = [
            "name": .string("model/\(model.name)"), "annotations": ["kind": "model"],
            "uri": .string(URIText.absolute(model.uri) ?? addresses.document("models/\(model.name)")),
        ]
        if !digest.isEmpty { members["digest"] = .object(digest) }
        return .object(members)
    }

    /// The image by its OCI manifest, and the file that ran beside it: converting one is not stable to the bit.
    private func images(_ container: Container) -> [JSONValue] {
        let shown = manifest.shown(container)
        let annotations = Facts(["kind": "container", "format": container.kind.rawValue])
        var found = [
            descriptor(
                "container",
                uri: shown.uri,
                digest: container.digest.map { ["sha256": $0] } ?? [:],
                annotations: annotations
            )
        ]
        if container.manifestDigest != nil, let file = container.fileDigest {
            found.append(
                descriptor(
                    "container-file",
                    uri: URIText.named(file),
                    digest: ["sha256": file],
                    annotations: annotations
                )
            )
        }
        return found
    }

    private func descriptor(
        _ name: String,
        uri: String,
        digest: [String: SHA256Digest],
        mediaType: String? = nil,
        annotations: Facts
    ) -> JSONValue {
        var members: [String: JSONValue] = ["name": .string(name), "uri": .string(uri)]
        if !digest.isEmpty { members["digest"] = .object(digest.mapValues { .string($0.hexadecimal) }) }
        members["mediaType"] = mediaType.map { .string($0) }
        members["annotations"] = annotations.value
        return .object(members)
    }
}
