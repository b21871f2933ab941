import ArgumentParser
import Provenance

extension VerificationReport.Verdict {
    /// The exit codes of commands that verify; they differ from the other commands'.
    static let help = """
        Exit codes: 0 good, all that is demanded was checked and holds; 1 bad, something does not hold; 2 the command \
        line or a policy is wrong; 3 cannot tell, something that is demanded could not be checked.
        """

    /// How the process ends.
    var exitCode: ExitCode {
        switch self {
        case .good: ExitCode(0)
        case .bad: ExitCode(1)
        case .cannotTell: ExitCode(3)
        }
    }

    /// For a person.
    var words: String {
        switch self {
        case .good: "good"
        case .bad: "BAD"
        case .cannotTell: "cannot tell"
        }
    }

    /// The worse of two.
    func worse(_ other: Self) -> Self {
        if self == .bad || other == .bad { return .bad }
        return self == .cannotTell || other == .cannotTell ? .cannotTell : .good
    }
}
