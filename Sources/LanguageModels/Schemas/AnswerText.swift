internal import Attestation
package import Documents

/// The text of an answer, read as exactly one JSON document.
///
/// Stricter than ``Documents/JSONValue/init(json:)``, which keeps the last of two equal keys and rounds numbers to
/// doubles: no key twice, no text behind the document, no half surrogate, at most 32 levels, no number beyond a double.
/// Whole numbers that fit 64 bits are given as their digits (`1e2` as `100`), others as they are written.
package enum AnswerText {
    /// Why a text is not taken.
    package struct Fault: Error, Sendable, Hashable {
        /// What is wrong, for a person and for the model.
        package let message: String
        /// Where (RFC 6901); empty for the whole.
        package let pointer: String
    }

    /// The most levels of arrays and objects.
    package static let levels = 32
    /// The most bytes.
    package static let bytes = 1_048_576

    /// Reads a document.
    ///
    /// - Parameter text: the whole answer; white space around the document is allowed.
    /// - Returns: the document.
    /// - Throws: ``Fault``.
    package static func value(_ text: String) throws(Fault) -> JSONValue {
        let value: JSONValue
        do throws(StrictJSONError) {
            value = try StrictJSON.value(of: text.utf8, limit: bytes)
        } catch {
            throw Fault(
                message: "is not one JSON document: \(error.reason), at byte \(error.offset)",
                pointer: error.path
            )
        }
        return try plain(value, at: "", level: 1)
    }

    /// The value with its numbers in the form others read.
    private static func plain(_ value: JSONValue, at pointer: String, level: Int) throws(Fault) -> JSONValue {
        switch value {
        case .null, .boolean, .string: return value
        case .number(let text):
            // Others read numbers as doubles; one that is none would be a text or an infinity to them.
            guard let double = Double(text), double.isFinite, let number = DecimalNumber(text) else {
                throw Fault(message: "is too large a number", pointer: pointer)
            }
            return .number(number.integer.map { "\($0)" } ?? text)
        case _ where level > levels:
            throw Fault(message: "is nested more than \(levels) levels deep", pointer: "")
        case .array(let elements):
            var plain: [JSONValue] = []
            for element in elements {
                plain.append(try Self.plain(element, at: "\(pointer)/\(plain.count)", level: level + 1))
            }
            return .array(plain)
        case .object(let members):
            var plain: [String: JSONValue] = [:]
            for (key, member) in members {
                let place = "\(pointer)/\(JSONPointer.escape(key))"
                plain[key] = try Self.plain(member, at: place, level: level + 1)
            }
            return .object(plain)
        }
    }
}
