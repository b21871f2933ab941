internal import Attestation
internal import Documents

/// Bytes of documents that hold no number but whole ones, which the canonical form always has room for.
enum Canonical {
    /// RFC 8785, as UTF-8.
    static func bytes(_ value: JSONValue) -> [UInt8] { Array(text(value).utf8) }

    static func text(_ value: JSONValue) -> String {
        do {
            return try CanonicalJSON.text(value)
        } catch {
            // Renderings write whole numbers only, so this is a fault of the rendering itself.
            preconditionFailure("'\(error.text)' is no number")
        }
    }
}
