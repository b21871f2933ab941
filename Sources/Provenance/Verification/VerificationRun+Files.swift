internal import Attestation
internal import Documents

extension VerificationRun {
    /// Step 4, the crate: its bytes are the ones that were signed.
    ///
    /// - Returns: the crate's bytes when they are.
    mutating func crate(_ record: SignedRecord) -> [UInt8]? {
        guard let crate = material.crate else {
            note(.crate, .notChecked("there is no \(RecordPaths.crate) at hand"))
            return nil
        }
        let found = SHA256Digest(of: crate.bytes)
        guard let signed = record.crate, signed == found else {
            let place = record.crate.flatMap { difference(crate.bytes, RecordPaths.crate, signed: $0) }
            let known = place.map { "; \($0)" } ?? ""
            note(.crate, .failed("\(crate.name) is \(found), not the crate that was signed\(known)"))
            return nil
        }
        note(.crate, .passed("\(crate.name) is the crate that was signed"))
        return crate.bytes
    }

    /// Step 4, the other files.
    mutating func files(_ record: SignedRecord, _ crate: [UInt8]?) {
        let subjects: [SignedRecord.Subject]
        switch expected(record, crate) {
        case .success(let found): subjects = found
        case .failure(let reason):
            // Without the crate nobody knows which they are.
            note(.files, .notChecked(reason.description), isDemanded: material.folder != nil || policy.requiresFiles)
            return
        }
        guard !subjects.isEmpty else { return note(.files, .passed("no file but the crate was signed")) }
        guard let folder = material.folder else {
            return note(.files, .notChecked("none of the \(subjects.count) signed files is at hand"))
        }
        var (missing, wrong): ([String], [String]) = ([], [])
        for subject in subjects {
            switch folder.measure(subject.name) {
            case .digest(subject.digest): continue
            case .digest(let found): wrong.append(different(subject, found))
            case .absent: missing.append(subject.name)
            case .unreadable(let reason): missing.append("\(subject.name) (\(reason))")
            }
        }
        let names = Set(subjects.map { Array($0.name.utf8) })
        let others = folder.outputs.filter { !names.contains(Array($0.utf8)) }
        noteFiles(subjects.count, missing: missing, wrong: wrong, others: others)
    }

    private mutating func noteFiles(_ count: Int, missing: [String], wrong: [String], others: [String]) {
        if let first = wrong.first {
            let more = wrong.count > 1 ? "; so are \(wrong.count - 1) more" : ""
            return note(.files, .failed(first + more))
        }
        guard missing.isEmpty else {
            let reason = "\(missing.count) of \(count) signed files are missing: \(Self.list(missing))"
            return note(.files, .notChecked(reason), isDemanded: true)
        }
        let rest = others.isEmpty ? "" : "; not signed, so not checked: \(Self.list(others))"
        note(.files, .passed("\(count) of \(count) files are the ones that were signed\(rest)"))
    }

    /// Step 5: the crate tells the digests that were signed.
    mutating func agreement(_ record: SignedRecord, _ crate: [UInt8]?) {
        guard let crate else { return note(.agreement, .notChecked("the crate itself was not checked, or is another")) }
        do {
            let document = try CrateDocument(bytes: crate)
            if let fault = document.disagreements(with: record).first { throw fault }
            note(.agreement, .passed("the crate and the statement tell the same digests of the outputs"))
        } catch {
            note(.agreement, .failed("\(error)"))
        }
    }

    /// The files and digests that were signed; very many of them are told by the crate.
    private func expected(_ record: SignedRecord, _ crate: [UInt8]?)
        -> Result<[SignedRecord.Subject], VerificationFailure>
    {
        let subjects = Array(record.subjects.dropFirst())
        guard let list = subjects.first(where: { $0.name == RecordPaths.checksums }) else { return .success(subjects) }
        guard let crate, let document = try? CrateDocument(bytes: crate) else {
            return .failure(VerificationFailure("the outputs are so many that the crate alone lists them"))
        }
        let told = ChecksumList(document.outputs.map { .init(path: $0.path, digest: $0.digest) })
        guard SHA256Digest(of: told.bytes) == list.digest else {
            return .failure(VerificationFailure("the crate's list of outputs is not the one that was signed"))
        }
        return .success(document.outputs.map { .init(name: $0.path, digest: $0.digest) })
    }

    private func different(_ subject: SignedRecord.Subject, _ found: SHA256Digest) -> String {
        "\(subject.name) is \(found), and \(subject.digest) was signed" + (whereFileDiffers(subject) ?? "")
    }

    /// Only another copy with the signed digest can tell.
    private func whereFileDiffers(_ subject: SignedRecord.Subject) -> String? {
        guard let other = material.otherCopy?(subject.name), SHA256Digest(of: other) == subject.digest else {
            return nil
        }
        guard let folder = material.folder, let bytes = folder.bytes?(subject.name) else { return nil }
        return FirstDifference(bytes, from: other).map { "; \($0)" }
    }

    /// Where the crate leaves the bytes that were signed: by another copy, or by the form it was written in.
    private func difference(_ bytes: [UInt8], _ path: String, signed: SHA256Digest) -> FirstDifference? {
        let written = (try? StrictJSON.value(of: bytes)).flatMap { value -> [UInt8]? in
            guard let context = value["@context"], let graph = value["@graph"]?.arrayValue else { return nil }
            return try? CrateText.bytes(context: context, graph: graph)
        }
        let copies = [material.otherCopy?(path), written].compactMap { $0 }
        return copies.first { SHA256Digest(of: $0) == signed }.flatMap { FirstDifference(bytes, from: $0) }
    }

    private static func list(_ names: [String]) -> String {
        names.prefix(5).map { "'\($0)'" }.joined(separator: ", ")
            + (names.count > 5 ? " and \(names.count - 5) more" : "")
    }
}
