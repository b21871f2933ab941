/// A message of plain text from a program to one person (RFC 5322, RFC 2045, RFC 3834).
package struct MailMessage: Sendable, Hashable {
    /// Who sends it.
    package var from: MailAddress
    /// Whom it is for.
    package var to: MailAddress
    /// What it is about, on one line; any text is safe.
    package var subject: String
    /// What it says.
    package var text: String
    /// What it is known by, the same whenever it is sent again: the part of `Message-ID` before the `@`, plain letters.
    package var identifier: String
    /// When it was written, in seconds since 1970, UTC.
    package var writtenAt: Int64

    /// A message.
    package init(
        from: MailAddress,
        to: MailAddress,
        subject: String,
        text: String,
        identifier: String,
        writtenAt: Int64
    ) {
        self.from = from
        self.to = to
        self.subject = subject
        self.text = text
        self.identifier = identifier
        self.writtenAt = writtenAt
    }

    /// The message as it is handed to a server, all of it ASCII with CRLF; curl doubles dots where lines begin with one.
    package var bytes: [UInt8] {
        let fields = [
            "From: <\(from)>",
            "To: <\(to)>",
            "Subject: \(MailText.field(subject))",
            "Date: \(MailText.date(secondsSince1970: writtenAt))",
            "Message-ID: <\(identifier.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) })@\(from.domain)>",
            // RFC 3834 §5: no answering machine answers.
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
        ]
        return Array((fields.joined(separator: "\r\n") + "\r\n\r\n" + MailText.quotedPrintable(text) + "\r\n").utf8)
    }
}
