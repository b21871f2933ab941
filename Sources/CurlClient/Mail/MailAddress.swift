/// An address of a mailbox (RFC 5321 §4.1.2), in the plain form that nearly all have: no quotes, no comment, ASCII.
package struct MailAddress: Sendable, Hashable, CustomStringConvertible {
    /// `local@domain`.
    package let text: String

    package var description: String { text }

    /// What an address looks like, for people.
    package static let form = "an address such as hpc-help@example.org"

    /// Reads an address; nil when it is none.
    ///
    /// Nothing that ends a line or a command passes.
    ///
    /// - Parameter text: the written form.
    package init?(_ text: String) {
        let local = /[A-Za-z0-9!#$%&'*+\/=?^_`{|}~\-]+(?:\.[A-Za-z0-9!#$%&'*+\/=?^_`{|}~\-]+)*/
        let domain = /[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9\-]*[A-Za-z0-9])?)*/
        guard text.utf8.count <= 254, let mark = text.lastIndex(of: "@"), text[..<mark].utf8.count <= 64,
            text[..<mark].wholeMatch(of: local) != nil, text[text.index(after: mark)...].wholeMatch(of: domain) != nil
        else { return nil }
        self.text = text
    }

    /// What stands behind the `@`.
    var domain: Substring { text.suffix(while: { $0 != "@" }) }
}

extension String {
    fileprivate func suffix(while isPart: (Character) -> Bool) -> Substring {
        self[(lastIndex { !isPart($0) }.map(index(after:)) ?? startIndex)...]
    }
}
