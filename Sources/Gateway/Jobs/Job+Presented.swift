extension Job {
    /// The job as a reader should see it: the elapsed time of a running job as of the last look.
    ///
    /// A look that finds nothing new writes only its time, so the stored figure is older than `observedAt`.
    package var presented: Job {
        guard state == .running, let start = slurm?.startTime, let observedAt else { return self }
        var job = self
        job.slurm?.elapsedSeconds = max(slurm?.elapsedSeconds ?? 0, Int(observedAt.microseconds / 1_000_000 - start))
        return job
    }
}
