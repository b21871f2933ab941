/// One thing in a tree of files: what both sides of a transfer know of it.
package struct TreeEntry: Sendable, Hashable {
    /// What sort of thing it is.
    package enum Kind: Sendable, Hashable {
        case file
        case directory
        /// With what it says, as it stands there.
        case symbolicLink(RemotePath)
    }

    /// The place below the root, without a slash at its begin.
    package var path: RemotePath
    /// Sort of thing.
    package var kind: Kind
    /// Bytes of a file.
    package var size: UInt64
    /// Mode bits without the kind.
    package var permissions: UInt32
    /// Last change, seconds since 1970 UTC.
    package var modified: Int64

    /// An entry from its parts.
    package init(path: RemotePath, kind: Kind, size: UInt64 = 0, permissions: UInt32 = 0o700, modified: Int64 = 0) {
        self.path = path
        self.kind = kind
        self.size = size
        self.permissions = permissions
        self.modified = modified
    }
}

/// What makes a tree one that may be sent or fetched; decided before a byte of it moves.
package enum TreeRules {
    /// More links than this on one way are taken for a circle, as Linux does (path_resolution(7)).
    private static let links = 40

    /// Whether every entry stays within the tree.
    ///
    /// - Parameter entries: all of them; folders need not be among them.
    /// - Throws: `SSHError.fileFailure` with the name of the first that does not.
    package static func check(_ entries: [TreeEntry]) throws(SSHError) {
        var links: [[ArraySlice<UInt8>]: [ArraySlice<UInt8>]] = [:]
        var seen: Set<RemotePath> = []
        for entry in entries {
            guard isName(entry.path) else { throw refusal(entry, "its name leads out of the tree, or is none") }
            guard seen.insert(entry.path).inserted else { throw refusal(entry, "the tree has this name twice") }
            guard case .symbolicLink(let target) = entry.kind else { continue }
            guard target.bytes.first != slash else { throw refusal(entry, "a link that leads out of the tree") }
            guard !target.bytes.isEmpty, !target.bytes.contains(0) else { throw refusal(entry, "a link to nothing") }
            links[entry.path.names] = target.names
        }
        guard !links.isEmpty else { return }
        for entry in entries {
            if hasLinkAbove(entry.path.names, links) { throw refusal(entry, "it stands below a link") }
            guard case .symbolicLink = entry.kind, !stays(entry.path.names, links) else { continue }
            throw refusal(entry, "a link that leads out of the tree")
        }
    }

    /// Whether a name of one thing in a folder, as a server gives it, can be one.
    package static func isName(inFolder name: [UInt8]) -> Bool {
        !name.isEmpty && !name.contains(slash) && !name.contains(0) && name != dot && name != dots
    }

    private static let slash = UInt8(ascii: "/")
    private static let dot: [UInt8] = [46]
    private static let dots: [UInt8] = [46, 46]

    /// A way down from the root: no empty name, no `.`, no `..`.
    private static func isName(_ path: RemotePath) -> Bool {
        path.bytes.split(separator: slash, omittingEmptySubsequences: false).allSatisfy { isName(inFolder: Array($0)) }
    }

    private static func hasLinkAbove(
        _ names: [ArraySlice<UInt8>],
        _ links: [[ArraySlice<UInt8>]: [ArraySlice<UInt8>]]
    ) -> Bool {
        (1..<max(names.count, 1)).contains { links[Array(names.prefix($0))] != nil }
    }

    /// Follows a link as the system does, links on its way included, and looks whether it ever climbs above the root.
    private static func stays(
        _ link: [ArraySlice<UInt8>],
        _ links: [[ArraySlice<UInt8>]: [ArraySlice<UInt8>]]
    ) -> Bool {
        var place: [ArraySlice<UInt8>] = []
        var rest = Array(link.reversed())
        var followed = 0
        while let name = rest.popLast() {
            if name.elementsEqual(dot) { continue }
            if name.elementsEqual(dots) {
                guard place.popLast() != nil else { return false }
                continue
            }
            guard let target = links[place + [name]] else {
                place.append(name)
                continue
            }
            followed += 1
            guard followed <= Self.links else { return false }
            rest += target.reversed()
        }
        return true
    }

    private static func refusal(_ entry: TreeEntry, _ why: String) -> SSHError {
        .fileFailure(path: entry.path.description, reason: why, notFound: false)
    }
}
