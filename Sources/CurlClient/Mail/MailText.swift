internal import Foundation

/// Texts in the forms that mail carries.
enum MailText {
    /// The value of a header field: as it is where it is short and plain, else as encoded words (RFC 2047 §2).
    ///
    /// Control characters become spaces, so no text can begin a field of its own.
    static func field(_ text: String) -> String {
        let clean = String(text.unicodeScalars.map { isControl($0) ? " " : Character($0) })
        let isPlain = clean.utf8.allSatisfy { (0x20..<0x7f).contains($0) } && !clean.contains("=?")
        if isPlain, clean.utf8.count <= 66 { return clean }
        // With the field's name before it, a line of encoded words has at most 76 characters.
        return pieces(of: clean, bytes: 39).map { "=?UTF-8?B?\(Data($0.utf8).base64EncodedString())?=" }
            .joined(separator: "\r\n ")
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    /// Pieces of at most so many bytes that do not cut a character in two (RFC 2047 §5).
    private static func pieces(of text: String, bytes: Int) -> [String] {
        var pieces = [""]
        for scalar in text.unicodeScalars {
            let next = String(Character(scalar))
            if pieces[pieces.count - 1].utf8.count + next.utf8.count > bytes { pieces.append("") }
            pieces[pieces.count - 1] += next
        }
        return pieces
    }

    /// A text as quoted-printable with CRLF and lines of at most 76 characters (RFC 2045 §6.7).
    static func quotedPrintable(_ text: String) -> String {
        text.split(separator: /\r\n|\r|\n/, omittingEmptySubsequences: false).map(line).joined(separator: "\r\n")
    }

    private static func line(_ text: Substring) -> String {
        var (lines, line) = ([String](), "")
        let bytes = Array(text.utf8)
        for (index, byte) in bytes.enumerated() {
            let isLast = index == bytes.count - 1
            let isBlank = byte == 0x20 || byte == 0x09
            let isPlain = (0x21..<0x7f).contains(byte) && byte != 0x3d || isBlank && !isLast
            let piece = isPlain ? String(Unicode.Scalar(byte)) : "=" + hexadecimal(byte)
            // Room for the mark of a soft line break.
            if line.utf8.count + piece.utf8.count > 75 {
                lines.append(line + "=")
                line = ""
            }
            line += piece
        }
        return (lines + [line]).joined(separator: "\r\n")
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
    }

    /// A moment as RFC 5322 §3.3 writes it, in UTC.
    static func date(secondsSince1970 seconds: Int64) -> String {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let date = Date(timeIntervalSince1970: Double(seconds))
        let parts = calendar.dateComponents([.weekday, .day, .month, .year, .hour, .minute, .second], from: date)
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ number: Int?) -> String { (number ?? 0) < 10 ? "0\(number ?? 0)" : "\(number ?? 0)" }
        return "\(days[(parts.weekday ?? 1) - 1]), \(parts.day ?? 1) \(months[(parts.month ?? 1) - 1])"
            + " \(parts.year ?? 1970) \(two(parts.hour)):\(two(parts.minute)):\(two(parts.second)) +0000"
    }
}
