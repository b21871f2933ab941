internal import Documents

/// Reads dependencies, retries and labels.
enum PolicyReader {
    static func dependencies(_ field: Field) -> [JobManifest.Dependency] {
        (field.elements(limit: 100, of: "dependencies") ?? []).compactMap { element in
            guard let object = element.object(known: ["job", "condition"]) else { return nil }
            let condition =
                object["condition"].map { choice($0, of: JobManifest.Dependency.Condition.self) } ?? .afterok
            let form = "the id of a Farfield job, such as job_01j…"
            guard let field = object.required("job", expected: form), let text = field.string(expected: form) else {
                return nil
            }
            guard let job = JobID(text) else {
                field.fault("\(ManifestWords.quoted(text)) is not the id of a job", expected: form)
                return nil
            }
            return condition.map { .init(job: job, condition: $0) }
        }
    }

    /// `retries: 2` is short for `retries: {limit: 2}`.
    static func retries(_ field: Field) -> JobManifest.Retries {
        let standard = JobManifest.Retries.none.causes
        if case .number = field.value {
            return .init(limit: field.integer(in: 0...10, unit: "further attempts") ?? 0, causes: standard)
        }
        guard let object = field.object(known: ["limit", "on"]) else { return .none }
        let limit = object.required("limit", expected: "further attempts, 0 to 10")
            .flatMap { $0.integer(in: 0...10, unit: "further attempts") }
        let causes = object["on"]?.elements(limit: 10, of: "causes")?
            .compactMap { choice($0, of: JobManifest.Retries.Cause.self) }
        return .init(limit: limit ?? 0, causes: causes ?? standard)
    }

    static func labels(_ field: Field) -> [String: String] {
        var labels: [String: String] = [:]
        for entry in field.entries(limit: 64) ?? [] {
            guard entry.key.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._\/-]{0,62}/) != nil else {
                entry.field.fault(
                    "\(ManifestWords.quoted(entry.key)) cannot be a label",
                    expected: "letters, digits and . _ / - (at most 63)"
                )
                continue
            }
            guard let text = entry.field.word() else { continue }
            labels[entry.key] = ManifestWords.free(entry.field, text: text, limit: 256)
        }
        return labels
    }

    static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ field: Field,
        of type: Choice.Type
    ) -> Choice? {
        let expected = "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", ")
        guard let text = field.string(expected: expected) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        field.fault("\(ManifestWords.quoted(text)) is not known here", expected: expected)
        return nil
    }
}
