extension ReproducibilityManifest {
    /// The address under which documents name an input.
    ///
    /// A file at a site keeps its path only while the record is not published (it may tell the name of a home folder);
    /// afterwards it is named by its digest (RFC 6920). What has no address is always named so.
    ///
    /// - Parameter input: the input.
    /// - Returns: an absolute URI.
    package func address(of input: Input) -> String {
        if let uri = input.uri.flatMap(URIText.absolute), !hides(uri), input.kind != .inline { return uri }
        if let digest = input.digest { return URIText.named(digest.value) }
        return RecordAddresses(self).document("inputs/" + input.slot)
    }

    /// The name and the address under which documents name the container's image; its path is hidden as above.
    ///
    /// - Parameter container: the image.
    /// - Returns: name and absolute URI.
    package func shown(_ container: Container) -> (name: String, uri: String) {
        switch container.kind {
        case .registry: return (container.image, URIText.absolute(Self.reference(container.image)) ?? container.image)
        case .sif, .squashFS, .folder: break
        }
        if container.image.contains("://") { return (container.image, URIText.absolute(container.image) ?? "") }
        let name =
            isPublished ? container.image.split(separator: "/").last.map(String.init) ?? "image" : container.image
        if let digest = container.digest { return (name, URIText.named(digest)) }
        return (name, RecordAddresses(self).builder + "/images/" + URIText.segment(name))
    }

    private func hides(_ uri: String) -> Bool { isPublished && uri.lowercased().hasPrefix("file:") }

    private static func reference(_ image: String) -> String { image.contains("://") ? image : "docker://" + image }
}
