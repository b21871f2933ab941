/// Values that have broken shells.
enum Hostile {
    static let values: [String] = [
        "", " ", "'", "''", "\"", "\\", "\\'", "a'b'c", "$(touch pwned)", "`touch pwned`", "${HOME}", "!!", "a\nb",
        "\n",
        "a\n#SBATCH --partition=other\nb", "\r", "a\r\nb", "\t", "\u{2028}\u{2029}\u{0085}", "-rf", "--", "../../etc",
        "*", "?", "[a]", "~", "a;b|c&d>e<f", "{{x}}", "{{{directives}}}", "%s %n", "\u{1B}[31m", "\u{7F}", "é",
        "e\u{301}",
        "👩🏽‍🚀", "#", "EOF", "FARFIELD_END", "$'x'", "x=y", "\u{FEFF}", String(repeating: "'", count: 1000),
        String(repeating: "x", count: 100_000),
    ]
}
