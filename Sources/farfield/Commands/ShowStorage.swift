import ArgumentParser

/// `farfield storage`: what allocations keep.
struct ShowStorage: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storage",
        abstract: "Show how much each allocation keeps at the gateway, and its quota."
    )

    @Flag(help: "Show what jobs take at the sites instead: caches of inputs, and folders of ended jobs.")
    var sites = false

    @OptionGroup var options: ClientOptions

    func run() async throws {
        if sites { return try await showSites() }
        let answer = try await options.connect().get(RequestTarget("storage"))
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
            return
        }
        let lines = try answer.decode(Wire.Page<Wire.StorageUsage>.self).items
        guard !lines.isEmpty else {
            Console.standard.note("Nothing is kept.")
            return
        }
        var table = Table("ALLOCATION", "ARTIFACTS", "USED", "ANNOUNCED", "QUOTA", "FULL")
        for line in lines {
            let share = line.quota.map { $0 > 0 ? "\(Int(Double(line.bytes) / Double($0) * 100)) %" : "-" }
            table.add(
                line.account,
                String(line.artifacts),
                ByteCount.text(line.bytes),
                line.reserved > 0 ? ByteCount.text(line.reserved) : nil,
                line.quota.map { ByteCount.text($0) },
                share
            )
        }
        try table.print(on: .standard)
    }

    private func showSites() async throws {
        let answer = try await options.connect().get(RequestTarget("storage", "sites"))
        if options.json { return try Console.standard.write(answer.body + [0x0a]) }
        var table = Table("SITE", "WHAT", "FILES", "USED", "QUOTA")
        for line in try answer.decode(Wire.Page<Wire.SiteStorage>.self).items {
            let cache = line.cache
            table.add(
                line.site,
                "cache",
                String(cache.files),
                ByteCount.text(cache.bytes),
                cache.quota.map { ByteCount.text($0) }
            )
            for folders in line.folders {
                table.add(
                    line.site,
                    "job folders of \(folders.account)",
                    String(folders.count),
                    ByteCount.text(folders.bytes),
                    nil
                )
            }
        }
        try table.print(on: .standard)
    }
}
