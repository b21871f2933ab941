import Slurm
import Testing

@Suite struct SlurmWordsTests {
    @Test(arguments: [
        (1, "0-00:01:00"), (60, "0-00:01:00"), (61, "0-00:02:00"), (3600, "0-01:00:00"), (172_800, "2-00:00:00"),
        (90_061, "1-01:02:00"), (0, "0-00:01:00"), (-5, "0-00:01:00"),
    ])
    func walltimeIsWritten(seconds: Int, text: String) {
        #expect(SlurmTime.format(seconds: seconds) == text)
    }

    @Test(arguments: [
        ("1-02:03:04", SlurmTime.Span.seconds(93_784)), ("02:03", .seconds(123)), ("0:05", .seconds(5)),
        ("01:00:00", .seconds(3600)), ("30", .seconds(1800)), ("2-00", .seconds(172_800)),
        ("1-01:30", .seconds(91_800)),
        ("UNLIMITED", .unlimited), ("00:00.123", .seconds(0)),
    ])
    func spansAreRead(text: String, span: SlurmTime.Span) {
        #expect(SlurmTime.parse(text) == span)
    }

    @Test(arguments: [
        "", "INVALID", "NOT_SET", "Partition_Limit", "1:2:3:4", "-1", "a", "1-", "9999999999", "1-1:1:1:1", ":",
    ])
    func otherSpansAreNot(text: String) {
        #expect(SlurmTime.parse(text) == nil)
    }

    @Test func momentsAreRead() {
        #expect(SlurmTime.parseMoment("2026-11-20T19:36:05") == 1_795_203_365)
        #expect(SlurmTime.parseMoment("2024-02-29T00:00:00") == 1_709_164_800)
        #expect(SlurmTime.parseMoment("1970-01-01T00:00:01") == 1)
        for text in ["Unknown", "None", "N/A", "", "NOW", "2026-13-01T00:00:00", "2026-11-20", "2026-11-20T19:36"] {
            #expect(SlurmTime.parseMoment(text) == nil)
        }
    }

    @Test(arguments: [
        "Resources", "Priority", "BeginTime", "JobHeldUser", "JobArrayTaskLimit", "DependencyNeverSatisfied",
        "PartitionTimeLimit", "PartitionConfig", "AssocGrpCPUMinutesLimit", "AssocMaxJobsLimit", "None",
        "QOSMaxCpuPerUserLimit", "QOSGrpNodeLimit", "AssocGrpMemLimit", "QOSMaxWallDurationPerJobLimit",
        "ReqNodeNotAvail, UnavailableNodes:a-n[1-2]", "(Resources)", "AssocMaxSubmitJobLimit",
    ])
    func reasonsAreExplained(code: String) {
        let reason = PendingReason(code: code)
        #expect(!reason.meaning.hasPrefix("Slurm says"))
        #expect(!reason.code.contains(",") && !reason.code.contains("("))
        #expect(!reason.isStuck || !reason.advice.isEmpty)
    }

    @Test func stuckReasonsAreKnown() {
        #expect(PendingReason(code: "AssocGrpCPUMinutesLimit").isStuck)
        #expect(PendingReason(code: "PartitionTimeLimit").isStuck)
        #expect(!PendingReason(code: "Priority").isStuck)
        #expect(!PendingReason(code: "AssocMaxJobsLimit").isStuck)
        #expect(PendingReason(code: "SomethingNew").meaning == "Slurm says: SomethingNew.")
    }

    @Test func refusalTextIsMadeSafe() {
        let refusal = SlurmRefusal(text: "sbatch: error: \u{1B}[31mred\u{7}\nInvalid qos specification\n")
        #expect(refusal.code == "invalid-qos")
        #expect(refusal.text == "sbatch: error: [31mred Invalid qos specification")
    }
}
