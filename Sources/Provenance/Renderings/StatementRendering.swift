package import Attestation
internal import Documents

/// The statement that is signed: in-toto Statement v1 with SLSA Provenance v1 as its predicate.
///
/// Sources: in-toto attestation framework v1, SLSA v1.0 build provenance. All numbers are texts, because protobuf's
/// `Struct` would turn them into doubles; own fields stand only where SLSA leaves room for them.
package struct StatementRendering: Sendable {
    /// The type of the statement.
    package static let statementType = "https://in-toto.io/Statement/v1"
    /// The type of its predicate.
    package static let predicateType = "https://slsa.dev/provenance/v1"

    let manifest: ReproducibilityManifest
    let addresses: RecordAddresses

    /// The statement of a record.
    ///
    /// - Parameter manifest: the record.
    package init(_ manifest: ReproducibilityManifest) {
        self.manifest = manifest
        addresses = RecordAddresses(manifest)
    }

    /// The bytes that are signed, in the canonical form of RFC 8785.
    ///
    /// - Parameter crate: digest of the crate's bytes (``CrateRendering/bytes``).
    /// - Returns: UTF-8 text.
    package func bytes(crate: SHA256Digest) -> [UInt8] {
        Canonical.bytes([
            "_type": .string(Self.statementType),
            "subject": .array(subjects(crate: crate)),
            "predicateType": .string(Self.predicateType),
            "predicate": ["buildDefinition": definition, "runDetails": details],
        ])
    }

    private func subjects(crate: SHA256Digest) -> [JSONValue] {
        var subjects = [Self.subject(RecordPaths.crate, crate)]
        if manifest.outputs.count > RecordPaths.subjectLimit {
            subjects.append(Self.subject(RecordPaths.checksums, SHA256Digest(of: ChecksumList(manifest).bytes)))
        } else {
            subjects += manifest.outputs.map { Self.subject(RecordPaths.path($0), $0.digest) }
        }
        return subjects
    }

    private var definition: JSONValue {
        [
            "buildType": .string(addresses.buildType), "externalParameters": externalParameters,
            "internalParameters": internalParameters, "resolvedDependencies": .array(dependencies),
        ]
    }

    private var details: JSONValue {
        var metadata: [String: JSONValue] = ["invocationId": .string(addresses.analysis)]
        metadata["startedOn"] = manifest.ending.startedAt.map { .string($0.utc) }
        metadata["finishedOn"] = manifest.ending.finishedAt.map { .string($0.utc) }
        var version: [String: JSONValue] = ["gateway": .string(manifest.gateway.version)]
        version["slurm"] = manifest.place.slurmVersion.map { .string($0) }
        return [
            "builder": ["id": .string(addresses.builder), "version": .object(version)],
            "metadata": .object(metadata), "byproducts": .array(byproducts),
        ]
    }

    private var byproducts: [JSONValue] {
        var products = manifest.logs.map { Self.subject(RecordPaths.path($0), $0.digest) }
        if let script = manifest.program.script { products.append(Self.subject("batch-script", script)) }
        if let record = manifest.ending.accountingRecord { products.append(Self.subject("accounting-record", record)) }
        return products
    }

    static func subject(_ name: String, _ digest: SHA256Digest) -> JSONValue {
        ["name": .string(name), "digest": ["sha256": .string(digest.hexadecimal)]]
    }
}
