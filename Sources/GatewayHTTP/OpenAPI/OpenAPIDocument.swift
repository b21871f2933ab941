/// The API's own description (OpenAPI 3.1), embedded in the program.
enum OpenAPIDocument {
    /// The document as JSON.
    static var text: String { String(decoding: PackageResources.openapi_json, as: UTF8.self) }
}
