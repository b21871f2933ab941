import Storage
import TaskQueue
import Testing

@testable import Gateway

@Suite("The doctor's decisions")
struct DoctorTests {
    private static let now = Timestamp(seconds: 1000)

    @Test(
        "a site that nobody has looked at for long is a warning",
        arguments: [
            (990, SiteState.up, SiteCheck.State.passed), (990, .down, .warning), (600, .up, .warning),
        ] as [(Int64, SiteState, SiteCheck.State)]
    )
    func looks(seconds: Int64, state: SiteState, expected: SiteCheck.State) {
        let record = SiteRecord(
            state: state,
            reason: nil,
            since: Timestamp(seconds: 0),
            observedAt: Timestamp(seconds: seconds),
            partitions: []
        )
        #expect(Doctor.look("a", record, Self.now, limit: .seconds(300)).state == expected)
    }

    @Test("work that has been due for minutes is a warning, work that waits for its time is none")
    func queue() {
        var line = QueueLine(kind: "site.submit")
        line.nextRunAt = 0
        #expect(Doctor.queue([line], Self.now).state == .passed)
        line.due = 1
        line.oldestDueAt = Self.now.microseconds - 301_000_000
        let check = Doctor.queue([line], Self.now)
        #expect(check.state == .warning && check.detail.contains("1 site.submit"))
    }

    @Test("a backup's list names no path outside the backup")
    func paths() throws {
        func list(_ path: String) throws -> BackupList {
            let file = BackupList.File(path: path, size: 1, digest: "sha256:00")
            return try BackupList(BackupList(madeAt: Self.now, engine: .sqlite, files: [file]).json)
        }
        #expect(try list("artifacts/sha256/ab/cd").files.first?.path == "artifacts/sha256/ab/cd")
        for path in ["/etc/passwd", "../x", "a/../../x", "a//b", "", "."] {
            #expect(throws: BackupError.self) { try list(path) }
        }
    }
}
