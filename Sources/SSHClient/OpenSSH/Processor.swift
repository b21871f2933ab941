import FoundationEssentials

/// What the processor of this machine can do, as Linux tells it (proc_cpuinfo(5)).
enum Processor {
    /// Whether it has instructions for AES; false where nobody tells.
    static let encryptsAESQuickly: Bool = {
        guard let data = try? Data(contentsOf: URL(filePath: "/proc/cpuinfo")) else { return false }
        return hasAES(String(decoding: data, as: UTF8.self))
    }()

    /// The same from the text: `flags` on x86, `Features` on ARM.
    static func hasAES(_ text: String) -> Bool {
        text.split(separator: "\n").contains { line in
            (line.hasPrefix("flags") || line.hasPrefix("Features")) && line.split(separator: " ").contains("aes")
        }
    }
}
