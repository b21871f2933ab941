extension SiteFailure {
    /// Whether the job's owner can help by a new credential: then it waits, for whatever was refused was a key.
    func waitsForOwner(of job: Job) -> Bool { concernsAccount && job.lane.person != nil }
}
