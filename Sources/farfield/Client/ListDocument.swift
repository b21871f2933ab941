import Foundation

/// Makes one list document of several.
enum ListDocument {
    /// Joins the items of list documents; a single one stays as it came.
    static func joining(pages: [Answer]) throws -> [UInt8] {
        if pages.count == 1, let only = pages.first { return only.body }
        return try make(
            pages.flatMap { page in
                let document = try JSONSerialization.jsonObject(with: Data(page.body)) as? [String: Any]
                return document?["items"] as? [Any] ?? []
            }
        )
    }

    /// A list of whole documents; a single one stays as it came.
    static func listing(_ documents: [Answer]) throws -> [UInt8] {
        if documents.count == 1, let only = documents.first { return only.body }
        return try list(documents)
    }

    /// A list of whole documents, however many.
    static func list(_ documents: [Answer]) throws -> [UInt8] {
        try make(documents.map { try JSONSerialization.jsonObject(with: Data($0.body)) })
    }

    private static func make(_ items: [Any]) throws -> [UInt8] {
        let options: JSONSerialization.WritingOptions = [.sortedKeys, .withoutEscapingSlashes]
        let list: [String: Any] = ["items": items, "next": NSNull()]
        return Array(try JSONSerialization.data(withJSONObject: list, options: options))
    }
}
