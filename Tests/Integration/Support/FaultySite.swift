import Foundation
import Testing

/// Site a as seen through a proxy, with a small disk and an sbatch whose faults a test commands.
final class FaultySite: Sendable {
    /// What the wrapper around sbatch does.
    enum Sbatch: String, CaseIterable {
        /// Calls the real one.
        case good
        /// Thinks, then calls the real one, then answers.
        case lateCall = "late-call"
        /// Calls the real one, then keeps its answer for a while.
        case lateAnswer = "late-answer"
        /// Calls the real one and dies with the shell that called it.
        case killed
        /// Calls the real one and says what sbatch says after a controller's silence.
        case silent
        /// Says the same without having called anything.
        case silentForNothing = "silent-for-nothing"
    }

    let proxy: Proxy
    private let folder: String
    private let disk: SmallDisk

    init() async throws {
        proxy = try Proxy(before: TestCluster.portA)
        disk = try await SmallDisk(megabytes: 8)
        folder = NSTemporaryDirectory() + "farfield-faults-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        try Self.wrapper(folder).write(toFile: folder + "/sbatch", atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder + "/sbatch")
        try set(.good)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Its entry under `sites:`.
    var yaml: String {
        TestCluster.site(
            port: proxy.port,
            extra: "    resubmitAfter: 4s\n    commandDeadline: 5s\n    searchPath: [\(folder)]"
        ).replacing("~/farfield-tests", with: disk.path + "/jobs")
    }

    func set(_ sbatch: Sbatch, seconds: Double = 0) throws {
        let line = "\(sbatch.rawValue) \(seconds)\n"
        try line.write(toFile: folder + "/fault", atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: folder + "/fault")
    }

    /// Leaves so many bytes free at the site.
    func fill(leaving bytes: Int) async throws { try await disk.fill(leaving: bytes) }

    func free() async throws { try await disk.free() }

    func close() async { await disk.close() }

    private static func wrapper(_ folder: String) -> String {
        """
        #!/bin/sh
        read -r fault seconds <'\(folder)/fault'
        silence='sbatch: error: Batch job submission failed: Socket timed out on send/recv operation'
        case $fault in
        late-call) sleep "$seconds"; exec /usr/bin/sbatch "$@" ;;
        late-answer) answer=$(/usr/bin/sbatch "$@"); status=$?; sleep "$seconds"; echo "$answer"; exit "$status" ;;
        killed) /usr/bin/sbatch "$@" >/dev/null; kill -9 "$PPID"; exit 1 ;;
        silent) /usr/bin/sbatch "$@" >/dev/null; echo "$silence" >&2; exit 1 ;;
        silent-for-nothing) echo "$silence" >&2; exit 1 ;;
        *) exec /usr/bin/sbatch "$@" ;;
        esac

        """
    }
}

/// A real file system of its own, small enough to be filled: tmpfs(5).
final class SmallDisk: Sendable {
    let path: String

    init(megabytes: Int) async throws {
        path = "/var/tmp/farfield-disk-\(UUID().uuidString.prefix(8))"
        let made = try await TestCluster.slurm(
            "mkdir \(path) && mount -t tmpfs -o size=\(megabytes)m,mode=1777 tmpfs \(path)"
        )
        try #require(made.status == 0, "a small disk cannot be mounted: \(made.errors)")
    }

    /// Fills it up to so many bytes.
    func fill(leaving bytes: Int) async throws {
        let line = "cat /dev/zero >\(path)/ballast 2>/dev/null; truncate -s -\(bytes) \(path)/ballast"
        _ = try await TestCluster.slurm(line)
    }

    /// Makes room again.
    func free() async throws { _ = try await TestCluster.slurm("rm -f \(path)/ballast") }

    func close() async { _ = try? await TestCluster.slurm("umount -l \(path) && rmdir \(path)") }
}
