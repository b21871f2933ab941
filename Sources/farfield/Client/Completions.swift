import ArgumentParser
import CurlClient
import FoundationEssentials

/// What the shell offers behind a command, asked of the gateway; nothing when it does not answer at once.
enum Completions {
    /// The newest jobs.
    static let jobs = CompletionKind.custom { _, _, _ in
        await list(RequestTarget("jobs").query("limit", "50"), of: Wire.Job.self).map(\.id)
    }
    /// The sites.
    static let sites = CompletionKind.custom { _, _, _ in
        await list(RequestTarget("sites"), of: Wire.Site.self).map(\.name)
    }
    /// The templates.
    static let templates = CompletionKind.custom { _, _, _ in
        await list(RequestTarget("templates"), of: Wire.Template.self).map(\.name)
    }

    private static func list<Item: Decodable & Sendable>(_ target: RequestTarget, of type: Item.Type) async -> [Item] {
        let limits = HTTPRequest.TimeLimits(connect: .seconds(1), total: .seconds(2), stall: nil)
        // Somebody is typing: an error has no place here.
        guard let options = try? ClientOptions.parse([]),
            let page = try? await options.connect().get(target, timeLimits: limits).decode(Wire.Page<Item>.self)
        else { return [] }
        return page.items
    }
}
