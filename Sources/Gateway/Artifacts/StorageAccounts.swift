internal import Storage

/// Whose storage somebody may fill: their own, and that of the Slurm accounts their projects charge.
enum StorageAccounts {
    /// Makes sure that somebody may keep something at an account's expense.
    ///
    /// - Throws: ``GatewayError`` of kind `forbidden`, storage errors.
    static func require(_ account: String, for person: Person, on connection: any StorageConnection) throws {
        if account == person.name || Rights.reach(.readUsage, of: person) == .all { return }
        let projects = try ProjectStore.projects(of: person, on: connection)
        for project in projects {
            let own = try AllocationStore.of(project: project.name, on: connection)
            if own.contains(where: { $0.account == account }) { return }
        }
        throw GatewayError(
            .forbidden,
            "You keep nothing at the expense of '\(account.prefix(64))': name an account of one of your projects, or none."
        )
    }
}
