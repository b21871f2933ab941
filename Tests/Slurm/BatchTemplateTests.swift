import Foundation
import Slurm
import Testing

@Suite struct BatchTemplateTests {
    /// Runs a rendered script with bash in a folder of its own; gives back the folder.
    private func run(_ script: String) async throws -> (Scratch, Ended) {
        let scratch = try Scratch()
        try scratch.write("job.sh", script)
        try scratch.write(
            "dump.py",
            "import os,sys;sys.stdout.buffer.write(b'\\0'.join(os.fsencode(a) for a in sys.argv[1:]))"
        )
        let ended = try await execute(
            ["/bin/bash", "\(scratch.path)/job.sh"],
            environment: ["PATH": "/usr/bin:/bin", "SLURM_SUBMIT_DIR": scratch.path, "SLURM_ARRAY_TASK_ID": "1"]
        )
        return (scratch, ended)
    }

    @Test func hostileWordsReachTheProgram() async throws {
        let request = BatchScriptRequest(key: "k", command: .words(["python3", "dump.py"] + Hostile.values))
        let (scratch, ended) = try await run(try Templates.named("cpu").render(request))
        let read = ended.standardOutput.split(separator: 0, omittingEmptySubsequences: false).map { Array($0) }
        #expect(read == Hostile.values.map { Array($0.utf8) })
        #expect(ended.standardError.isEmpty)
        #expect(!scratch.exists("pwned"))
    }

    @Test(arguments: Hostile.values)
    func hostileValuesInEveryPlace(value: String) async throws {
        var request = BatchScriptRequest(key: "k", command: .line("printf '%s\\0' \"$E\" \"$FARFIELD_PARAM_venv\""))
        request.title = value
        request.environment = [.init("E", value)]
        request.parameters = [.init("venv", value)]
        let script = try Templates.named("cpu").render(request)
        // sbatch refuses CR LF, and would read any directive before the first command.
        #expect(!script.utf8.contains(0x0D))
        let head = script.split(separator: "\n").prefix { !$0.hasPrefix("cd ") }
        #expect(!head.contains { $0.contains("--partition") && $0.hasPrefix("#SBATCH --partition") })
        let (_, ended) = try await run(script)
        let read = ended.standardOutput.split(separator: 0, omittingEmptySubsequences: false).map { Array($0) }
        #expect(read == [Array(value.utf8), Array(value.utf8), []])
    }

    @Test(arguments: Templates.names)
    func shippedTemplatesAreCleanAndValidBash(name: String) async throws {
        #expect(BatchTemplate.lint(try Templates.text(name)).isEmpty)
        let template = try Templates.named(name)
        #expect(template.summary.hasSuffix("."))
        var request = BatchScriptRequest(key: "k", command: .words(["true", "it's"]))
        request.container = .init(image: "/images/it's", binds: [.init(source: "/a b", destination: "/c")])
        request.parameters = [.init("venv", "/opt/it's")]
        let script = try template.render(request)
        #expect(script.hasPrefix("#!/bin/bash\n#SBATCH --job-name=k\n"))
        let (scratch, _) = try await run(script)
        let check = try await execute(["/bin/bash", "-n", "\(scratch.path)/job.sh"])
        #expect(check.exitStatus == 0 && check.standardError.isEmpty)
    }

    @Test func missingModuleCommandIsSaid() async throws {
        var request = BatchScriptRequest(key: "k", command: .line("echo ran"))
        request.modules = ["gcc/13.2"]
        let (_, ended) = try await run(try Templates.named("cpu").render(request))
        #expect(ended.exitStatus == 127)
        #expect(String(decoding: ended.standardError, as: UTF8.self) == "farfield: this node has no module command\n")
        #expect(ended.standardOutput.isEmpty)
    }

    @Test func programsThatLookLikeOptionsStayPrograms() async throws {
        let (_, ended) = try await run(
            try Templates.named("cpu").render(BatchScriptRequest(key: "k", command: .words(["-c", "touch pwned"])))
        )
        #expect(ended.exitStatus == 127)
        #expect(String(decoding: ended.standardError, as: UTF8.self).contains("-c"))
    }

    private static let head = "{{! summary: A test. }}\n#!/bin/bash\n{{{directives}}}\n{{{setup}}}\n"

    /// `@` stands for a good beginning.
    private static let faulty: [(String, String)] = [
        ("#!/bin/bash\n{{{directives}}}\n{{{setup}}}\n{{{command}}}\n", "summary"),
        ("{{! summary: x }}\n{{{directives}}}\n{{{setup}}}\n{{{command}}}\n", "#!/bin/bash"),
        ("{{! summary: x }}\n#!/bin/bash\necho\n{{{directives}}}\n{{{setup}}}\n{{{command}}}\n", "sbatch stops"),
        ("{{! summary: x }}\n#!/bin/bash\n{{{setup}}}\n{{{directives}}}\n{{{command}}}\n", "in this order"),
        ("@", "in this order"),
        ("@{{{command}}} {{{key}}}\n", "key may not stand raw"),
        ("@{{{command}}} \"{{key}}\"\n", "stands in quotes"),
        ("@{{{command}}} '{{key}}'\n", "stands in quotes"),
        ("@{{{command}}} \"it's $(x)\" # {{key}}\n", "stands in quotes"),
        ("@{{{command}}} {{&key}}\n", "not allowed"),
        ("@{{{command}}}\n{{> other}}\n", "not allowed"),
        ("@{{{command}}}\n{{=<% %>=}}\n", "not allowed"),
        ("@{{{command}}} <<E\n{{key}}\nE\n", "here-documents"),
        ("@echo `{{key}}`; {{{command}}}\n", "back quotes"),
        ("@echo $(( {{tasks}} + 1 )); {{{command}}}\n", "arithmetic"),
        ("@{{{command}}} {{nosuch}}\n", "no value"),
        ("@{{{command}}} {{key\n", "not closed"),
    ]

    @Test(arguments: faulty)
    func lintFinds(text: String, finding: String) {
        let text = text.hasPrefix("@") ? Self.head + text.dropFirst() : text
        #expect(BatchTemplate.lint(text).contains { $0.contains(finding) }, "\(BatchTemplate.lint(text))")
        #expect(throws: SlurmError.self) { try BatchTemplate(name: "t", text: text) }
    }

    @Test func neededParametersAreAskedFor() throws {
        let template = try BatchTemplate(
            name: "t",
            text: Self.head
                + "{{{command}}} --n={{parameter.samples}} {{#parameter.seed}}{{parameter.seed}}{{/parameter.seed}}\n"
        )
        #expect(template.requiredParameters == ["samples"])
        var request = BatchScriptRequest(key: "k", command: .words(["true"]))
        #expect(throws: SlurmError.invalidValue(field: "parameters.samples", reason: "the template t needs it")) {
            try template.render(request)
        }
        request.parameters = [.init("samples", "$(id)")]
        #expect(try template.render(request).hasSuffix("'true' --n='$(id)' \n"))
    }

    @Test func refusesWhatCannotArrive() throws {
        let template = try Templates.named("cpu")
        for change: (inout BatchScriptRequest) -> Void in [
            { $0.environment = [.init("A", "a\0b")] }, { $0.environment = [.init("A-B", "")] },
            { $0.environment = [.init("1A", "")] }, { $0.environment = [.init("UID", "0")] },
            { $0.environment = [.init("A", ""), .init("A", "")] }, { $0.parameters = [.init("a b", "")] },
            { $0.environment = [.init("A", String(repeating: "x", count: 131_072))] },
            { $0.environment = (0..<20).map { .init("A\($0)", String(repeating: "x", count: 100_000)) } },
            { $0.command = .words([]) }, { $0.command = .words([""]) }, { $0.key = "a b" }, { $0.folder = "relative" },
            { $0.folder = "/a/../b" }, { $0.folder = "/a\nb" }, { $0.folder = "/a%j" }, { $0.modules = ["a;b"] },
            { $0.modules = ["-x"] }, { $0.command = .script(fileName: "../x", hasInterpreter: true) },
        ] {
            var request = BatchScriptRequest(key: "k", command: .line("true"))
            change(&request)
            #expect(throws: SlurmError.self, "\(String(describing: request).prefix(200))") {
                try template.render(request)
            }
        }
        #expect(throws: SlurmError.self) {
            try Templates.named("python").render(BatchScriptRequest(key: "k", command: .line("true")))
        }
        #expect(throws: SlurmError.self) {
            try Templates.named("container").render(BatchScriptRequest(key: "k", command: .line("true")))
        }
    }
}
