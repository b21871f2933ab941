internal import Slurm

/// The absolute path of a site's work folder, asked for once.
actor WorkFolder {
    private let configured: String
    private let transport: SSHTransport
    private var known: String?

    init(configured: String, transport: SSHTransport) {
        self.configured = configured
        self.transport = transport
    }

    /// The path; the site is asked for its variables at the first call.
    func path() async throws(SiteFailure) -> String {
        if let known { return known }
        do {
            let command = ResolveFolder(configured, shell: try SlurmSite.shell(searchPath: []))
            let path = try await transport.run(command)
            known = path
            return path
        } catch {
            throw SiteFailure(error)
        }
    }
}
