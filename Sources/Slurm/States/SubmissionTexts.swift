/// What sbatch's own words say about whether a job exists now.
///
/// Seen on a real controller: `Socket timed out` comes with exit status 1 although the job was created;
/// `connect failure` means that nothing was sent. Everything not listed as unknown and written by sbatch itself is
/// a definite no.
enum SubmissionTexts {
    /// The request may have arrived: the outcome is unknown.
    static let unknown = [
        "Socket timed out", "timed out on send/recv", "Zero Bytes were transmitted or received",
        "Unexpected message received", "Message receive failure", "Header lengths are longer than data received",
        "(send failure)", "(receive failure)", "(shutdown failure)", "Transport endpoint is not connected",
        "Connection reset by peer", "Communication connection failure", "Broken pipe", "Terminated", "Killed",
        "Message send failure", "Insane message length",
    ]

    /// Nothing was submitted and the same request can succeed later.
    static let notSubmitted = [
        "Unable to contact slurm controller (connect failure)", "Slurm backup controller in standby mode",
        "Resource temporarily unavailable", "Protocol authentication error", "Invalid authentication credential",
        "Munge encode failed", "munge.socket", "Could not establish a configuration source",
        "Unable to process configuration file", "Unable to determine controllers",
        "I/O error writing script/environment to file", "No space left on device", "Disk quota exceeded",
        "Slurm controller is in reconfiguration", "Connection refused", "not responding",
        "Slurmctld is not yet registered", "Scheduling system is shutting down",
    ]

    /// A pattern for the shell's `case` that fits any text holding one of the phrases.
    static func shellPattern(_ phrases: [String]) -> String {
        phrases.map { "*\(ShellWord.quoteWithoutNUL($0))*" }.joined(separator: "|")
    }

    /// Whether the text holds one of the phrases.
    static func holds(_ text: String, _ phrases: [String]) -> Bool {
        phrases.contains { text.contains($0) }
    }
}
