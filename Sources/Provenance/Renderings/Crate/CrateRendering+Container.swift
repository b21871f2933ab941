internal import Attestation

extension CrateRendering {
    /// The image the run was in.
    ///
    /// The profile knows images of a registry and SIF files. An image of another kind is a program at an address of the
    /// site, which the profile accepts too and which claims nothing that is not so.
    func image(_ container: Container) -> CrateEntity {
        let shown = manifest.shown(container)
        guard container.kind == .registry || container.kind == .sif else { return program(container, shown.name) }
        var entity = CrateEntity(shown.uri, "ContainerImage")
        let reference = ImageReference(shown.name)
        let type = container.kind == .sif ? "SIFImage" : "DockerImage"
        entity.refer("additionalType", ["https://w3id.org/ro/terms/workflow-run#" + type])
        entity["registry"] = reference.registry
        entity["name"] = reference.name
        entity["tag"] = reference.tag
        entity["sha256"] = container.digest?.hexadecimal
        return entity
    }

    private func program(_ container: Container, _ name: String) -> CrateEntity {
        let id = addresses.builder + "/images/" + URIText.segment(name)
        var entity = CrateEntity(id, "SoftwareApplication")
        entity["name"] = name
        entity["url"] = id
        entity["description"] =
            container.kind == .folder ? "A folder that holds a container image." : "A container image as SquashFS file."
        entity["softwareVersion"] = container.digest?.description ?? "not known"
        entity["sha256"] = container.digest?.hexadecimal
        return entity
    }
}

/// The parts of an image's reference, such as `docker://ghcr.io/group/name:tag@sha256:…` (OCI distribution
/// specification; the first part is a registry when it holds a dot or a colon, else the registry is `docker.io`).
struct ImageReference {
    let registry: String
    let name: String
    let tag: String?

    init(_ text: String) {
        let body = text.firstRange(of: "://").map { text[$0.upperBound...] } ?? text[...]
        let unpinned = body.prefix { $0 != "@" }
        var parts = unpinned.split(separator: "/").map(String.init)
        if parts.count > 1, let first = parts.first, first.contains(".") || first.contains(":") || first == "localhost"
        {
            registry = first
            parts.removeFirst()
        } else {
            registry = "docker.io"
        }
        let path = parts.joined(separator: "/")
        let lastPart = parts.last ?? ""
        if let colon = lastPart.lastIndex(of: ":"), colon > lastPart.startIndex {
            tag = String(lastPart[lastPart.index(after: colon)...])
            name = String(path.dropLast(lastPart[colon...].count))
        } else {
            tag = nil
            name = path
        }
    }
}
