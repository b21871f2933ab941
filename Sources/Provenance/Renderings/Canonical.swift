internal import Attestation
internal import Documents

/// Bytes of documents that hold no number but whole ones, which the canonical form always has room for.
enum Canonical {
    /// RFC 8785, as UTF-8.
    static func bytes(_ value: JSONValue) -> [UInt8] { Array(text(value).utf8) }

    /// The text of a crate.
    static func crate(context: JSONValue, graph: [JSONValue]) -> [UInt8] {
        written { () throws(CanonicalJSON.NotANumber) in try CrateText.bytes(context: context, graph: graph) }
    }

    static func text(_ value: JSONValue) -> String {
        written { () throws(CanonicalJSON.NotANumber) in try CanonicalJSON.text(value) }
    }

    private static func written<Text>(_ write: () throws(CanonicalJSON.NotANumber) -> Text) -> Text {
        do {
            return try write()
        } catch {
            // Renderings write whole numbers only, so this is a fault of the rendering itself.
            preconditionFailure("'\(error.text)' is no number")
        }
    }
}
