import Glibc

/// The little program that `ssh` asks for secrets (SSH_ASKPASS, ssh(1)): it hands us the question and passes our answer on.
///
/// Both travel through named pipes in the private folder, so neither is ever an argument or in a file.
final class Askpass: Sendable {
    private static let script = """
        #!/bin/sh
        case "$SSH_ASKPASS_PROMPT" in none) exit 0;; confirm) exit 1;; esac
        printf '%s\\0' "$1" >"$FARFIELD_ASKPASS/question" || exit 1
        IFS= read -r answer <"$FARFIELD_ASKPASS/answer" || exit 1
        printf '%s\\n' "$answer"

        """

    /// Readable when there is a question.
    let questions: Int32
    private let answers: Int32
    private let folder: PrivateFolder

    init(_ folder: PrivateFolder) throws(SystemFailure) {
        self.folder = folder
        try folder.write(Self.script, to: "askpass", mode: 0o700)
        questions = try Self.pipe(folder.path("question"))
        do throws(SystemFailure) {
            answers = try Self.pipe(folder.path("answer"))
        } catch {
            close(questions)
            throw error
        }
    }

    deinit {
        close(questions)
        close(answers)
    }

    /// Open for both directions, so that opening it never waits and it never ends.
    private static func pipe(_ path: String) throws(SystemFailure) -> Int32 {
        guard unsafe mkfifo(path, 0o600) == 0 else { throw SystemFailure(errno) }
        let descriptor = unsafe open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemFailure(errno) }
        return descriptor
    }

    /// What `ssh` needs to know; it asks the program even for what it would ask on a terminal.
    var environment: [String: String] {
        [
            "SSH_ASKPASS": folder.path("askpass"), "SSH_ASKPASS_REQUIRE": "force", "FARFIELD_ASKPASS": folder.path,
            "DISPLAY": ":",
        ]
    }

    /// The question that is waiting, if any.
    func takeQuestion() -> String? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe Glibc.read(questions, &buffer, buffer.count)
        guard count > 0 else { return nil }
        return String(decoding: buffer.prefix(count).prefix { $0 != 0 }, as: UTF8.self)
    }

    /// Answers the last question; an answer is one line.
    func answer(_ text: String) {
        let bytes = Array(text.prefix { !$0.isNewline }.utf8) + [10]
        _ = unsafe Glibc.write(answers, bytes, bytes.count)
    }
}
