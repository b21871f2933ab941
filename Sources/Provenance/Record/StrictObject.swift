internal import Attestation
internal import Documents

/// Reads documents that were signed: the first thing wrong ends the reading, with its place.
struct StrictValue {
    let document: String
    let path: String
    let value: JSONValue

    /// Reads bytes that must be the canonical form (RFC 8785) of their value, so that no two texts mean the same.
    ///
    /// - Throws: ``RecordFault``.
    static func canonical(_ bytes: [UInt8], document: String, limit: Int) throws(RecordFault) -> StrictValue {
        let value = try parsed(bytes, document: document, limit: limit)
        guard (try? CanonicalJSON.text(value)).map({ Array($0.utf8) }) == bytes else {
            throw RecordFault(document, "", "it is not in the canonical form of RFC 8785")
        }
        return StrictValue(document: document, path: "", value: value)
    }

    static func parsed(_ bytes: [UInt8], document: String, limit: Int) throws(RecordFault) -> JSONValue {
        guard bytes.count <= limit else { throw RecordFault(document, "", "it has more than \(limit) bytes") }
        // The parser of the platform takes other encodings too.
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw RecordFault(document, "", "it is not UTF-8")
        }
        do {
            return try JSONValue(json: bytes)
        } catch {
            throw RecordFault(document, "", error.description)
        }
    }

    /// The members of an object; any but the named ones is refused, by its path.
    ///
    /// - Throws: ``RecordFault``.
    func members(_ required: [String], optional: [String] = [], others: Bool = false) throws(RecordFault)
        -> [String: StrictValue]
    {
        guard let object = value.objectValue else { throw fault("it is no object") }
        if !others, let unknown = object.keys.filter({ !required.contains($0) && !optional.contains($0) }).min() {
            throw RecordFault(document, "\(path)/\(JSONPointer.escape(unknown))", "it is not known here")
        }
        if let missing = required.first(where: { object[$0] == nil }) {
            throw RecordFault(document, "\(path)/\(missing)", "it is missing")
        }
        var members: [String: StrictValue] = [:]
        for (key, member) in object { members[key] = child(key, member) }
        return members
    }

    /// - Throws: ``RecordFault``.
    func text() throws(RecordFault) -> String {
        guard let text = value.stringValue else { throw fault("it is no text") }
        return text
    }

    /// - Throws: ``RecordFault``.
    func elements(limit: Int) throws(RecordFault) -> [StrictValue] {
        guard let elements = value.arrayValue else { throw fault("it is no list") }
        guard elements.count <= limit else { throw fault("it has more than \(limit) elements") }
        return elements.enumerated().map { child("\($0.offset)", $0.element) }
    }

    /// Texts by name.
    ///
    /// - Throws: ``RecordFault``.
    func texts() throws(RecordFault) -> [String: String] {
        var texts: [String: String] = [:]
        for (name, member) in try members([], others: true) { texts[name] = try member.text() }
        return texts
    }

    /// `sha256:` and 64 digits.
    ///
    /// - Throws: ``RecordFault``.
    func digest() throws(RecordFault) -> SHA256Digest {
        guard let digest = SHA256Digest(try text()) else { throw fault("it is no sha256: digest") }
        return digest
    }

    /// RFC 3339 with `Z`.
    ///
    /// - Throws: ``RecordFault``.
    func moment() throws(RecordFault) -> Moment {
        guard let moment = Moment(utc: try text()) else { throw fault("it is no moment in UTC") }
        return moment
    }

    func fault(_ message: String) -> RecordFault { RecordFault(document, path, message) }

    private func child(_ key: String, _ value: JSONValue) -> StrictValue {
        StrictValue(document: document, path: "\(path)/\(JSONPointer.escape(key))", value: value)
    }
}
