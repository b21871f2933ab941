internal import Documents
internal import Gateway
internal import HTTPTypes
internal import Hummingbird
internal import Provenance

/// Problems as a person with a browser sees them.
enum ConsoleProblem {
    /// The page in place of a problem document; nil for requests that are not the console's.
    ///
    /// Whoever is not signed in is sent to the page where they can, and from there back.
    static func response(_ problem: Problem, _ request: Request, _ context: GatewayContext) -> Response? {
        guard request.uri.path == "/console" || request.uri.path.hasPrefix("/console/") else { return nil }
        if problem.kind == .unauthenticated, request.method == .get || request.method == .head {
            return ConsolePage.goOn(to: "/login?return=" + URIText.segment(request.uri.string))
        }
        var contents = [Markup.paragraph(problem.detail)]
        if !problem.faults.isEmpty {
            contents.append(.element("ul", [], problem.faults.map { .element("li", [], Markup(words($0))) }))
        }
        contents.append(.element("p", [("class", "quiet")], Markup("Request \(context.requestID)")))
        contents.append(.element("p", [], .place("/console", "To the start")))
        return ConsolePage(problem.kind.title, for: context.visitor, contents)
            .response(status: problem.kind.status, headers: problem.headers)
    }

    private static func words(_ fault: Fault) -> String {
        let place = fault.path.isEmpty ? "" : "\(fault.path.dropFirst()): "
        return place + fault.message + (fault.expected.isEmpty ? "" : "; expected \(fault.expected)")
    }
}
