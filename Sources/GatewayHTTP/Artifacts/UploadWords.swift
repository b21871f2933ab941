internal import Gateway

/// Reads what people say of a file they upload, and notes every fault.
struct UploadWords {
    private(set) var faults: [(name: String, message: String, expected: String)] = []

    mutating func name(_ text: String?, _ field: String) -> String? {
        guard let text else { return nil }
        let isPrintable = text.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 }
        guard (1...255).contains(text.unicodeScalars.count), isPrintable else {
            faults.append((field, "the name cannot be used", "1 to 255 printable characters"))
            return nil
        }
        return text
    }

    mutating func account(_ text: String?, _ field: String) -> String? {
        guard let text else { return nil }
        guard text.utf8.count <= 128, text.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._+@-]*/) != nil else {
            faults.append((field, "'\(text.prefix(40))' is no allocation", "a Slurm account, such as TG-BIO1"))
            return nil
        }
        return text
    }

    mutating func retention(_ text: String?, _ field: String) -> Duration? {
        guard let text else { return nil }
        guard let duration = StoragePolicy.retention(text) else {
            faults.append((field, "'\(text.prefix(40))' is no duration", "such as 90d, 12h or 1d12h"))
            return nil
        }
        return duration
    }
}
