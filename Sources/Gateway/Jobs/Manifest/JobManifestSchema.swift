/// The JSON Schema of job manifests, embedded in the program.
package enum JobManifestSchema {
    /// The document, JSON Schema draft 2020-12.
    package static var text: String { String(decoding: PackageResources.job_manifest_schema_json, as: UTF8.self) }
}
