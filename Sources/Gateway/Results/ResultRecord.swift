internal import Attestation
internal import Documents

/// What happened in a run, in the fields of an in-toto statement with SLSA provenance, not signed yet.
///
/// Sources: in-toto attestation framework v1.0 (Statement), SLSA v1.0 (provenance predicate).
enum ResultRecord {
    private static let statement = "https://in-toto.io/Statement/v1"
    private static let predicate = "https://slsa.dev/provenance/v1"
    private static let buildType = "https://farfield.dev/provenance/slurm-job/v1"

    /// The record of a job that ran.
    static func ofRun(_ job: Job, inputs: [StagedInput], outputs: [JobOutput], recipe: String?) -> JSONValue {
        record(job, outputs, inputs: inputs, recipe: recipe, origin: nil)
    }

    /// The record of a job that was answered by the result of another one: it never pretends to have run.
    static func ofHit(_ job: Job, original: ResultStore.Entry, outputs: [JobOutput], recipe: String?) -> JSONValue {
        record(job, outputs, inputs: [], recipe: recipe, origin: original)
    }

    private static func record(
        _ job: Job,
        _ outputs: [JobOutput],
        inputs: [StagedInput],
        recipe: String?,
        origin: ResultStore.Entry?
    ) -> JSONValue {
        var definition: [String: JSONValue] = [
            "buildType": .string(buildType),
            "externalParameters": ["manifest": (try? JSONValue(json: job.manifestText.utf8)) ?? .null],
            "resolvedDependencies": .array(inputs.map(dependency)),
        ]
        var parameters: [String: JSONValue] = [
            "site": .string(job.site),
            "template": ["name": .string(job.template), "digest": .string(job.templateDigest)],
            "scriptDigest": .string(job.scriptDigest),
        ]
        parameters["recipe"] = recipe.flatMap { try? JSONValue(json: $0.utf8) }
        definition["internalParameters"] = .object(parameters)
        var details: [String: JSONValue] = ["builder": ["id": "https://farfield.dev/gateway"]]
        var metadata: [String: JSONValue] = ["invocationId": .string(job.id.text)]
        if let origin {
            let digest = SHA256Digest(of: origin.record.utf8)
            details["cachedFrom"] = [
                "job": .string(origin.job.text), "record": ["sha256": .string(digest.hexadecimal)],
                "computedAt": .string(origin.createdAt.iso8601),
            ]
        } else if let slurm = job.slurm {
            metadata["startedOn"] = slurm.startTime.map { .string(Timestamp(seconds: $0).iso8601) }
            metadata["finishedOn"] = slurm.endTime.map { .string(Timestamp(seconds: $0).iso8601) }
            details["slurm"] = .object(
                ["jobId": .string(slurm.jobId)]
                    .merging(slurm.nodes.map { ["nodes": .string($0)] } ?? [:]) { $1 }
                    .merging(slurm.partition.map { ["partition": .string($0)] } ?? [:]) { $1 }
            )
        }
        details["metadata"] = .object(metadata)
        return [
            "_type": .string(statement), "predicateType": .string(predicate),
            "subject": .array(outputs.map(subject)),
            "predicate": ["buildDefinition": .object(definition), "runDetails": .object(details)],
        ]
    }

    private static func subject(_ output: JobOutput) -> JSONValue {
        ["name": .string(output.path), "digest": ["sha256": .string(output.digest.hexadecimal)]]
    }

    private static func dependency(_ input: StagedInput) -> JSONValue {
        let kind = input.kind == .siteFolder ? "dirHash1" : "sha256"
        return [
            "name": .string(input.path), "uri": .string(input.source),
            "digest": .object([kind: .string(input.digest.hexadecimal)]),
        ]
    }
}
