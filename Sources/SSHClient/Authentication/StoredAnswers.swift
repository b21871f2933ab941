import FoundationEssentials
import Glibc

/// Answers servers from files and programs of the operator; the same wrong answer is never given twice.
package final class StoredAnswers: SSHResponder {
    /// Where the one-time code comes from.
    package enum Code: Sendable {
        /// A file that holds a secret of RFC 6238 in Base32.
        case secretFile(String)
        /// A program and its arguments; the first line of its output is the code.
        case command([String])
    }

    private let passwordFile: String?
    private let code: Code?
    private let codes = OneTimeCodes()

    /// Answers from these places, which are read at every question.
    package init(passwordFile: String?, code: Code?) {
        self.passwordFile = passwordFile
        self.code = code
    }

    package func answer(
        _ question: SSHQuestion,
        timesAsked: Int,
        until deadline: ContinuousClock.Instant
    ) throws(SSHNoAnswer) -> String {
        guard timesAsked == 0 else {
            throw SSHNoAnswer(reason: "the server does not take what is configured as an answer to '\(question.text)'")
        }
        switch (QuestionKind.of(question.text), passwordFile, code) {
        case (.password, let file?, _): return try Self.firstLine(of: file)
        case (.code, _, .secretFile(let file)?):
            guard let secret = OneTimeCode(secret: try Self.firstLine(of: file)) else {
                throw SSHNoAnswer(reason: "the file \(file) holds no Base32 secret")
            }
            return try codes.next(secret, until: deadline)
        case (.code, _, .command(let words)?): return try Self.run(words, until: deadline)
        case (.password, nil, _), (.code, _, nil), (.other, _, _):
            throw SSHNoAnswer(reason: "the server asks '\(question.text)', and nothing is configured to answer that")
        }
    }

    /// Whether a password is stored.
    var hasPassword: Bool { passwordFile != nil }

    private static func firstLine(of file: String) throws(SSHNoAnswer) -> String {
        guard let data = try? Data(contentsOf: URL(filePath: file)) else {
            throw SSHNoAnswer(reason: "the file \(file) cannot be read")
        }
        return String(String(decoding: data, as: UTF8.self).prefix { !$0.isNewline })
    }

    private static func run(_ words: [String], until deadline: ContinuousClock.Instant) throws(SSHNoAnswer) -> String {
        guard let name = words.first else { throw SSHNoAnswer(reason: "the codeCommand is empty") }
        do throws(SystemFailure) {
            var program = try SpawnedProgram(name, Array(words.dropFirst()), capturing: STDOUT_FILENO)
            var output: [UInt8] = []
            while program.status == nil, ContinuousClock.now < deadline, output.count < 4096 {
                program.wait(milliseconds: 20)
                output += program.takeOutput()
            }
            output += program.takeOutput()
            let line = String(decoding: output, as: UTF8.self).prefix { !$0.isNewline }
            if program.status == 0, !line.isEmpty { return String(line) }
        } catch {
            throw SSHNoAnswer(reason: "the codeCommand \(name) cannot be started: \(error)")
        }
        throw SSHNoAnswer(reason: "the codeCommand \(name) gave no code")
    }
}

/// What a server wants to know, as far as its words tell.
enum QuestionKind: Sendable, Hashable {
    case password
    case code
    case other

    /// Reads the words: a one-time password is a code, not a password.
    static func of(_ text: String) -> QuestionKind {
        let words = text.lowercased()
        let codes = ["code", "token", "one-time", "one time", "otp", "oath", "factor", "duo"]
        if codes.contains(where: words.contains) { return .code }
        return words.contains("password") ? .password : .other
    }
}
