/// Everything that can be asked of the gateway; each address and method of the API is one of these.
///
/// The raw values stand in the API document as `x-farfield-right`.
package enum Operation: String, Sendable, Hashable, CaseIterable {
    // The gateway itself
    case watchHealth = "gateway.health"
    case readMetrics = "gateway.metrics"
    case readDocuments = "gateway.documents"
    case readFigures = "gateway.figures"

    case readAudit = "audit.read"

    // People
    case readSelf = "people.self"
    case readPerson = "people.read"
    case listPeople = "people.list"
    case managePeople = "people.manage"
    case listTokens = "tokens.list"
    case manageTokens = "tokens.manage"
    case signIn = "sessions.begin"
    case signOut = "sessions.end"

    // Budgets
    case listProjects = "projects.list"
    case readProject = "projects.read"
    case manageProjects = "projects.manage"
    case readAllocation = "allocations.read"
    case manageAllocations = "allocations.manage"
    case verifyLedger = "ledger.verify"

    // Jobs
    case submitJob = "jobs.submit"
    case listJobs = "jobs.list"
    case readJob = "jobs.read"
    case cancelJob = "jobs.cancel"
    case publishJob = "jobs.publish"
    case replayJob = "jobs.replay"
    case compareRuns = "runs.compare"

    // Artifacts
    case announceUploads = "uploads.options"
    case startUpload = "uploads.start"
    case useUpload = "uploads.use"
    case giveArtifact = "artifacts.give"
    case listArtifacts = "artifacts.list"
    case readArtifact = "artifacts.read"
    case releaseArtifact = "artifacts.release"
    case traceArtifact = "artifacts.trace"
    case collectGarbage = "artifacts.collect"
    case readUsage = "storage.read"
    case readSiteUsage = "storage.sites"

    // Published records
    case readPublished = "published.read"
    case reviseAnalysis = "analyses.revise"
    case decideAnalysis = "analyses.decide"
    case replayAnalysis = "analyses.replay"
    case exportAnalyses = "analyses.export"
    case tellChange = "changes.tell"
    case readNotices = "notices.read"
    case witnessLog = "log.witness"
    case manageKeys = "keys.manage"

    // Sites, templates, background work
    case readSites = "sites.read"
    case tendSites = "sites.tend"
    case readCredential = "credentials.read"
    case changeCredential = "credentials.change"
    case tendCredentials = "credentials.tend"
    case readTemplates = "templates.read"
    case tendQueue = "queue.tend"
    case manageWebhooks = "webhooks.manage"

    // Approvals
    case readApprovals = "approvals.read"
    case decideApprovals = "approvals.decide"
}
