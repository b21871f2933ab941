internal import Hummingbird

/// Content negotiation (RFC 9110 §12.5.1), as much as this API needs.
enum Accept {
    /// The first offered type that the client accepts, by its own order of quality.
    ///
    /// - Parameters:
    ///   - request: whose `Accept` field is read.
    ///   - offered: media types this route can send.
    ///   - otherwise: what is sent to clients that accept anything.
    /// - Returns: nil when none is accepted.
    static func choose(_ request: Request, among offered: [String], otherwise: String) -> String? {
        guard let field = request.headers[.accept] else { return otherwise }
        let wishes = field.split(separator: ",").map(wish).filter { $0.quality > 0 }
        for wish in wishes.sorted(by: { $0.quality > $1.quality }) {
            if wish.type == "*/*" { return otherwise }
            if let exact = offered.first(where: { $0 == wish.type }) { return exact }
            if wish.type.hasSuffix("/*"), let near = offered.first(where: { $0.hasPrefix(wish.type.dropLast()) }) {
                return near
            }
        }
        return nil
    }

    private static func wish(_ text: Substring) -> (type: String, quality: Double) {
        let parts = text.split(separator: ";").map { $0.filter { !$0.isWhitespace }.lowercased() }
        let quality = parts.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
        return (parts.first ?? "*/*", quality)
    }
}
