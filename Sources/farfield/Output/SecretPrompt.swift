import Foundation

/// Asks a person for a line that is not shown.
enum SecretPrompt {
    /// Asks on the terminal; where there is none, the next line of the standard input is the answer.
    static func ask(_ question: String, isEchoed: Bool) throws -> String {
        Console.standard.prompt(question)
        let isHidden = !isEchoed && isatty(FileHandle.standardInput.fileDescriptor) == 1
        if isHidden { setEcho("-echo") }
        defer {
            if isHidden {
                setEcho("echo")
                Console.standard.prompt("\n")
            }
        }
        guard let line = readLine() else { throw CommandFailure(.invalid, "there is no answer to '\(question)'") }
        return line
    }

    /// By stty(1), which every POSIX system has.
    private static func setEcho(_ word: String) {
        let program = Process()
        program.executableURL = URL(filePath: "/usr/bin/env")
        program.arguments = ["stty", word]
        guard (try? program.run()) != nil else { return }
        program.waitUntilExit()
    }
}
