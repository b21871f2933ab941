internal import Attestation
internal import Documents
internal import Gateway

extension ReplayPlan {
    /// The inputs of the new job: what is changed as asked, and everything else pinned to the bytes of then.
    mutating func inputs(
        _ before: JobManifest,
        _ facts: ReplayFacts,
        _ changes: ReplayChanges,
        isMoved: Bool
    ) -> [JSONValue] {
        var unused = Set(changes.inputs.keys)
        var found: [JSONValue] = []
        let declared = before.json["inputs"]?.arrayValue ?? []
        for (position, input) in before.inputs.enumerated() {
            let staged = facts.finished.inputs.filter { $0.position == position }
            if let source = changes.inputs[input.path] {
                unused.remove(input.path)
                let old = staged.count == 1 ? "\(staged[0].digest)" : input.source.text
                found.append(changed(input, input.path, old: old, source, facts))
            } else if input.source.inlineBytes != nil, declared.indices.contains(position) {
                note("input \(input.path)", .ok, "input-inline", "It stands in the manifest itself.")
                found.append(declared[position])
            } else if staged.isEmpty {
                note(
                    "input \(input.path)",
                    .warn,
                    "input-unpinned",
                    "The original ended before anybody knew its digest."
                )
                found.append(Self.member(input, input.path, address(input, facts), digest: input.digest))
            } else {
                for file in staged {
                    if let source = changes.inputs[file.path] {
                        unused.remove(file.path)
                        found.append(changed(input, file.path, old: "\(file.digest)", source, facts))
                    } else {
                        found.append(pinned(input, file, facts, isMoved: isMoved))
                    }
                }
            }
        }
        let slots = before.inputs.map(\.path).joined(separator: ", ")
        for slot in unused.sorted() {
            let known = slots.isEmpty ? "The original has no inputs." : "Its inputs are \(slots)."
            note("input \(slot)", .block, "input-unknown", "There is no such input to change. \(known)")
        }
        return found
    }

    private mutating func changed(
        _ input: JobManifest.Input,
        _ slot: String,
        old: String,
        _ source: String,
        _ facts: ReplayFacts
    ) -> JSONValue {
        if let digest = ReplayChanges.artifact(source), !facts.usable.contains(digest) {
            note("input \(slot)", .block, "input-missing", "There is no artifact \(digest), or none that you may read.")
            return Self.member(input, slot, source, digest: nil)
        }
        note("input \(slot)", .ok, "input-changed", "It was \(old) and is \(source).")
        return Self.member(input, slot, source, digest: nil)
    }

    private mutating func pinned(
        _ input: JobManifest.Input,
        _ file: StagedInput,
        _ facts: ReplayFacts,
        isMoved: Bool
    ) -> JSONValue {
        let what = "input \(file.path)"
        if file.kind != .siteFolder, facts.usable.contains(file.digest) {
            note(what, .ok, "input-kept", "The gateway has the same bytes, \(file.digest).")
            grant(file.digest)
            return Self.member(input, file.path, "artifact:\(file.digest)", digest: file.digest)
        }
        let address = address(input, facts)
        switch (input.source, file.kind) {
        case (.siteFile, .siteFolder):
            note(what, .warn, "input-folder-not-pinned", "A folder at the site is taken as it is now: \(address).")
            return Self.member(input, file.path, address, digest: nil)
        case (.siteFile, _):
            let words = isMoved ? "must lie at the other site too" : "is looked at again"
            note(
                what,
                isMoved ? .warn : .ok,
                isMoved ? "input-at-other-site" : "input-at-site",
                "\(address) \(words); the job runs only if it still is \(file.digest)."
            )
        case (.web, _), (.bucket, _):
            note(
                what,
                .warn,
                "input-fetched-again",
                "The gateway has not kept it; it is fetched from \(address), and the job runs only if it still is \(file.digest)."
            )
        case (.inline, _), (.artifact, _), (.output, _):
            note(what, .block, "input-gone", "\(file.digest) is not kept any more, or not for you.")
        }
        return Self.member(input, file.path, address, digest: file.digest)
    }

    /// The address of then; for others without its query, which may hold a permission.
    private func address(_ input: JobManifest.Input, _ facts: ReplayFacts) -> String {
        let text = input.source.text
        return facts.isOwner ? text : String(text.prefix { $0 != "?" && $0 != "#" })
    }

    private static func member(
        _ input: JobManifest.Input,
        _ slot: String,
        _ source: String,
        digest: SHA256Digest?
    ) -> JSONValue {
        var members: [String: JSONValue] = ["path": .string(slot), "source": .string(source)]
        members["digest"] = digest.map { .string($0.description) }
        if input.isExecutable { members["executable"] = true }
        if input.isWritable { members["writable"] = true }
        return .object(members)
    }
}
