import CCurl

/// Why a message was not taken.
package struct MailError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Whether the same message may be taken later.
    package let isTransient: Bool
    /// The server's reply code (RFC 5321 §4.2); nil without one.
    package let code: Int?
    /// What happened, in curl's words; never the password or the message.
    package let reason: String

    package var description: String { code.map { "the mail relay answered \($0): \(reason)" } ?? reason }

    /// What a result of libcurl (libcurl-errors(3)) and the last reply mean.
    ///
    /// A reply of 4yz is for now and one of 5yz for good (RFC 5321 §4.2.1); without either, the connection failed.
    init(_ result: CURLcode, reply: Int, _ text: String) {
        code = (400..<600).contains(reply) ? reply : nil
        reason = text
        switch result {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_CONNECT, CURLE_OPERATION_TIMEDOUT, CURLE_GOT_NOTHING:
            isTransient = true
        case CURLE_SEND_ERROR, CURLE_RECV_ERROR, CURLE_WEIRD_SERVER_REPLY:
            // The reply belongs to an earlier command, or the server hung up after it.
            isTransient = !(500..<600).contains(reply)
        default: isTransient = (400..<500).contains(reply)
        }
    }

    /// A fault before anything was sent.
    init(_ reason: String) {
        (isTransient, code, self.reason) = (false, nil, reason)
    }
}
