/// A relative path that cannot leave the folder it is put below.
struct OutputPath: Sendable {
    /// Its parts, at least one; none is empty, `.`, `..` or contains a slash or NUL.
    let parts: [String]

    /// - Throws: `CommandFailure` for a path that points elsewhere, or could.
    init(_ text: String) throws {
        parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let isSafe = parts.allSatisfy { part in
            !part.isEmpty && part != "." && part != ".." && !part.unicodeScalars.contains { $0.value == 0 }
        }
        guard isSafe else {
            throw CommandFailure(
                .gatewayFailure,
                "the output's path '\(printable(text))' leads out of the folder; nothing was written"
            )
        }
    }
}
