extension SSHConnectionPool {
    /// Makes the root and the folders, level by level; a folder that is there stays, anything else there is an error.
    func makeFolders(_ entries: [TreeEntry], _ root: RemotePath, _ stall: Duration) async throws(SSHError) {
        let folders = entries.filter { $0.kind == .directory }
        let levels = Dictionary(grouping: folders) { $0.path.names.count }.sorted { $0.key < $1.key }.map(\.value)
        for paths in [[root]] + levels.map({ $0.map { root.appending($0.path) } }) {
            // Open to ourselves until the end, whatever its permissions will be.
            let answers = try await batch(paths.map { .makeFolder($0, permissions: 0o700) }, root, stall)
            let there = zip(paths, answers).filter { $1 != .status(.ok) }
            guard !there.isEmpty else { continue }
            // The root may be a link; below it, one would lead elsewhere.
            let kinds = try await batch(there.map { .attributes($0.0, followsLinks: $0.0 == root) }, root, stall)
            for ((path, answer), kind) in zip(there, kinds) {
                guard case .attributes(let attributes) = kind, attributes.kind == .directory else {
                    throw answer.failure(path)
                }
            }
        }
    }

    /// Makes the links; one that is there and says the same stays, another is replaced.
    func makeLinks(_ entries: [TreeEntry], _ root: RemotePath, _ stall: Duration) async throws(SSHError) {
        let links = entries.compactMap { entry -> (path: RemotePath, target: RemotePath)? in
            guard case .symbolicLink(let target) = entry.kind else { return nil }
            return (root.appending(entry.path), target)
        }
        let answers = try await batch(links.map { .makeLink($0.path, target: $0.target) }, root, stall)
        let there = zip(links, answers).filter { $1 != .status(.ok) }.map(\.0)
        guard !there.isEmpty else { return }
        _ = try await batch(there.map { .remove($0.path) }, root, stall)
        let last = try await batch(there.map { .makeLink($0.path, target: $0.target) }, root, stall)
        for (link, answer) in zip(there, last) where answer != .status(.ok) { throw answer.failure(link.path) }
    }

    /// Gives the folders their permissions and times, the deepest first: what is made in a folder changes its time.
    func finishFolders(_ entries: [TreeEntry], _ root: RemotePath, _ stall: Duration) async throws(SSHError) {
        let folders = entries.filter { $0.kind == .directory }.sorted { $0.path.names.count > $1.path.names.count }
        let changes = folders.map { folder in
            let change = FileChange(permissions: folder.permissions, modified: folder.modified)
            return FilePacket.setAttributes(root.appending(folder.path), change)
        }
        let answers = try await batch(changes, root, stall)
        for (folder, answer) in zip(folders, answers) where answer != .status(.ok) {
            throw answer.failure(root.appending(folder.path))
        }
    }

    /// Asks many things that do not need each other.
    private func batch(
        _ packets: [FilePacket],
        _ root: RemotePath,
        _ stall: Duration
    ) async throws(SSHError) -> [FileAnswer] {
        guard !packets.isEmpty else { return [] }
        return try await onSession("working below \(root)", stall, mayGoOn: true) {
            session,
            allowance throws(SSHError) in
            try await session.carryOut({ BatchErrand(packets) }, allowance)
        }
    }
}
