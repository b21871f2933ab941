internal import Provenance

/// A form of the console; it carries the session's CSRF token, without which the gateway takes no change from a browser.
struct ConsoleForm: Sendable {
    let markup: Markup

    /// A form in a line: buttons alone.
    init(_ path: String, for visitor: ConsolePage.Visitor?, _ contents: [Markup]) {
        self.init(path, for: visitor, style: [], contents)
    }

    /// A form with fields, one below the other.
    init(fields path: String, for visitor: ConsolePage.Visitor?, _ contents: [Markup]) {
        self.init(path, for: visitor, style: [("class", "plain")], contents)
    }

    private init(
        _ path: String,
        for visitor: ConsolePage.Visitor?,
        style: [(String, String)],
        _ contents: [Markup]
    ) {
        let token = visitor?.csrfToken.map { Self.hidden("csrf", $0) }
        markup = .element(
            "form",
            [("method", "post"), ("action", path)] + style,
            [token].compactMap(\.self) + contents
        )
    }

    /// A form that only asks: its fields go into the address.
    static func question(_ path: String, _ contents: [Markup]) -> Markup {
        .element("form", [("method", "get"), ("action", path), ("class", "search")], contents)
    }

    /// A value that comes back as it is.
    static func hidden(_ name: String, _ value: String) -> Markup {
        .void("input", [("type", "hidden"), ("name", name), ("value", value)])
    }

    /// A labelled line of text.
    static func text(_ name: String, _ label: String, value: String = "", more: [(String, String)] = []) -> Markup {
        let field = Markup.void("input", [("name", name), ("value", value), ("autocomplete", "off")] + more)
        return .element("label", [], Markup(label), field)
    }

    /// A choice of one.
    static func choice(_ name: String, _ label: String, _ options: [(value: String, shown: String)], chosen: String)
        -> Markup
    {
        let elements = options.map { option in
            let attributes = [("value", option.value)] + (option.value == chosen ? [("selected", "")] : [])
            return Markup.element("option", attributes, Markup(option.shown))
        }
        return .element("label", [], Markup(label), .element("select", [("name", name)], elements))
    }

    /// Choices of several, each under a name of its own: the prefix and the value.
    static func boxes(_ prefix: String, _ label: String, _ options: [(value: String, isChosen: Bool)]) -> Markup {
        let boxes = options.map { option in
            let attributes = [("type", "checkbox"), ("name", prefix + option.value), ("value", "yes")]
            let box = Markup.void("input", attributes + (option.isChosen ? [("checked", "")] : []))
            return Markup.element("label", [], box, Markup(" " + option.value))
        }
        return .element("fieldset", [], [.element("legend", [], Markup(label))] + boxes)
    }

    /// A button; `style` is one of ours: main for what the page is for, grave for what cannot be undone.
    static func button(_ text: String, style: String = "", name: (String, String)? = nil) -> Markup {
        let kind = style.isEmpty ? [] : [("class", style)]
        let value = name.map { [("name", $0.0), ("value", $0.1)] } ?? []
        return .element("button", [("type", "submit")] + kind + value, Markup(text))
    }
}
