import Slurm
import Testing

@Suite struct GlobTests {
    @Test(arguments: [
        ("*.txt", "a.txt", true), ("*.txt", "d/a.txt", false), ("**/*.txt", "a.txt", true),
        ("**/*.txt", "d/e/a.txt", true),
        ("**", "d/e", true), ("d/**", "d/e/f", true), ("d/**", "d", false), ("d/**/f", "d/f", true), ("?", "é", true),
        ("?", "ab", false), ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false), ("[]]", "]", true), ("[a-]", "-", true),
        ("a*b*c", "aXbXbXc", true), ("a*b*c", "aXbX", false), ("*", ".hidden", true), ("a\\*", "a\\x", true),
        ("result file.csv", "result file.csv", true), ("*a*a*a*a*a*a*b", String(repeating: "a", count: 250), false),
        ("**/**/x", "a/b/x", true), ("$(x)", "$(x)", true),
    ])
    func matching(pattern: String, path: String, fits: Bool) throws {
        #expect(try Glob(pattern).matches(path) == fits)
    }

    @Test(arguments: [
        ("", Glob.Problem.empty), ("/etc/*", .absolute), ("~/x", .absolute), ("../x", .parent), ("a/../b", .parent),
        ("a//b", .emptyPart), ("./a", .emptyPart), ("a\0", .controlCharacter), ("a\nb", .controlCharacter),
        ("[ab", .openBracket), ("[]", .openBracket), (String(repeating: "a", count: 1001), .tooLong),
        (String(repeating: "*a", count: 17), .tooManyStars), ("**/a/**/b/**/c/**/d/**/e", .tooManyStars),
    ])
    func refusing(pattern: String, problem: Glob.Problem) {
        #expect(throws: problem) { try Glob(pattern) }
    }

    @Test func invalidUTF8IsOneCharacterPerByte() throws {
        #expect(try Glob("a??").matches(path: [0x61, 0xFF, 0xFE]))
    }

    @Test func listingTakesNamesAsData() async throws {
        let scratch = try Scratch()
        let awkward = "line\nbreak $(x) 'q'.txt"
        for name in ["a.txt", "d/b.txt", "d/c.log", awkward, "aMarkerNobodyGuesses1234 end"] {
            try scratch.write(name, "12345")
        }
        _ = try await execute(["/bin/ln", "-s", "/etc/passwd", "\(scratch.path)/link.txt"])
        _ = try await execute(["/bin/ln", "-s", "/etc", "\(scratch.path)/etc"])
        let command = try ListOutputs(
            folder: scratch.path,
            patterns: [Glob("**/*.txt"), Glob("etc/**"), Glob("none")],
            shell: RemoteShell(marker: "aMarkerNobodyGuesses1234")
        )
        let listing = try await LocalTransport().run(command)
        #expect(listing.files.map(\.name) == ["a.txt", "d/b.txt", awkward])
        #expect(listing.files.allSatisfy { $0.size == 5 && $0.modified > 1_600_000_000 })
        #expect(listing.refused == ["link.txt": "is not a regular file but a symbolic link"])
        #expect(listing.unmatched.map(\.pattern) == ["etc/**", "none"])
        #expect(!listing.isCutOff)
    }

    @Test func missingFolderIsSaid() async throws {
        let command = try ListOutputs(
            folder: "/no/such/folder",
            patterns: [Glob("*")],
            shell: RemoteShell(marker: "aMarkerNobodyGuesses1234")
        )
        await #expect(throws: SlurmError.self) { try await LocalTransport().run(command) }
    }
}
