package import Attestation
internal import Documents

/// The files that a crate tells of, read back from its metadata.
package struct CrateDocument: Sendable, Hashable {
    /// A file of the crate.
    package struct File: Sendable, Hashable {
        /// Its path in the crate.
        package let path: String
        /// SHA-256 of its bytes.
        package let digest: SHA256Digest
    }

    /// The files with a digest, in the order in which they stand.
    package let files: [File]

    /// The files the job made.
    package var outputs: [File] { files.filter { $0.path.utf8.starts(with: RecordPaths.outputs.utf8) } }

    /// Reads `ro-crate-metadata.json` as ``CrateRendering`` writes it.
    ///
    /// - Parameter bytes: the file.
    /// - Throws: ``RecordFault`` with the first thing wrong.
    package init(bytes: [UInt8]) throws(RecordFault) {
        let value = try StrictValue.parsed(bytes, document: "crate", limit: 64 << 20)
        let document = StrictValue(document: "crate", path: "", value: value)
        let top = try document.members(["@context", "@graph"])
        var found: [File] = []
        var seen: Set<[UInt8]> = []
        for entity in try top.member("@graph").elements(limit: 1_000_000) {
            let members = try entity.members(["@id", "@type"], others: true)
            let id = try members.member("@id")
            guard seen.insert(Array(try id.text().utf8)).inserted else { throw id.fault("it stands twice") }
            if let file = try Self.file(try id.text(), members) { found.append(file) }
        }
        guard Self.isOurForm(value, bytes) else {
            throw RecordFault("crate", "", "it is not in the form it was written in")
        }
        files = found
    }

    /// What a statement and its crate disagree on; empty when they agree.
    ///
    /// - Parameter record: the statement, whose first subject was compared with the crate's bytes.
    /// - Returns: a fault for each file.
    package func disagreements(with record: SignedRecord) -> [RecordFault] {
        // Names are bytes: two ways to write an accented letter are two files.
        let subjects = Dictionary(record.subjects.map { (Array($0.name.utf8), $0.digest) }) { first, _ in first }
        if let list = subjects[Array(RecordPaths.checksums.utf8)] {
            let own = ChecksumList(outputs.map { .init(path: $0.path, digest: $0.digest) })
            let agrees = SHA256Digest(of: own.bytes) == list
            return agrees ? [] : [RecordFault("crate", "", "its outputs are not those of \(RecordPaths.checksums)")]
        }
        let told = Set(outputs.map { Array($0.path.utf8) })
        var faults: [RecordFault] = []
        for output in outputs where subjects[Array(output.path.utf8)] != output.digest {
            faults.append(RecordFault("crate", "", "the digest of '\(output.path)' is not the one that was signed"))
        }
        for subject in record.subjects
        where subject.name != RecordPaths.crate && !told.contains(Array(subject.name.utf8)) {
            faults.append(RecordFault("crate", "", "it does not tell of '\(subject.name)', which was signed"))
        }
        return faults
    }

    private static func file(_ id: String, _ members: [String: StrictValue]) throws(RecordFault) -> File? {
        guard let sum = members["sha256"], URIText.absolute(id) == nil, !id.hasPrefix("#") else { return nil }
        guard let digest = SHA256Digest("sha256:" + (try sum.text())) else { throw sum.fault("it is no SHA-256") }
        guard let path = URIText.unescaped(id), RecordPaths.isBelow(path) else {
            throw try members.member("@id").fault("it leads out of the crate")
        }
        return File(path: path, digest: digest)
    }

    /// Members that stand twice, or other spellings of the same text, would make two readers read two things.
    private static func isOurForm(_ value: JSONValue, _ bytes: [UInt8]) -> Bool {
        guard let context = value["@context"], let graph = value["@graph"]?.arrayValue else { return false }
        return (try? CrateText.bytes(context: context, graph: graph)) == bytes
    }
}

/// How a crate is written: one entity on each line, members sorted (RFC 8785 within a line).
enum CrateText {
    static func bytes(context: JSONValue, graph: [JSONValue]) throws(CanonicalJSON.NotANumber) -> [UInt8] {
        var lines: [String] = []
        for entity in graph { lines.append(try CanonicalJSON.text(entity)) }
        let text = lines.joined(separator: ",\n")
        return Array("{\"@context\":\(try CanonicalJSON.text(context)),\"@graph\":[\n\(text)\n]}\n".utf8)
    }
}
