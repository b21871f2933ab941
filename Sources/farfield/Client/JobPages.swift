/// Reads a list page after page, up to a number of items.
struct JobPages {
    /// The most items the gateway gives at once.
    static let largestPage = 200

    let client: RESTClient
    /// The list with its filters.
    let target: RequestTarget
    /// How many items are wanted; `nil` wants all.
    let limit: Int?

    /// All pages that were read, and whether the gateway has more.
    func read() async throws -> (pages: [Answer], hasMore: Bool) {
        var pages: [Answer] = []
        var cursor: String?
        var count = 0
        repeat {
            let wanted = limit.map { min($0 - count, Self.largestPage) } ?? Self.largestPage
            let page = target.query("limit", String(wanted)).query("cursor", cursor)
            let answer = try await client.get(page)
            let document = try answer.decode(Wire.Page<Wire.Job>.self)
            pages.append(answer)
            count += document.items.count
            cursor = document.items.isEmpty ? nil : document.next
        } while cursor != nil && count < limit ?? .max
        return (pages, cursor != nil)
    }
}
