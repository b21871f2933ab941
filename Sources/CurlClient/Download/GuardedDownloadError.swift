/// Why a file could not be downloaded, in words for who gave the URL.
package enum GuardedDownloadError: Error, Equatable, Sendable {
    /// The URL, or the one it redirects to, cannot be read.
    case notAURL
    /// Another scheme than the policy allows.
    case schemeNotAllowed(String)
    /// The URL holds a user's name or password.
    case passwordInURL
    /// The host, by its name, leads to an address that may not be reached.
    case forbiddenAddress(String)
    /// An `https` URL leads to an `http` one.
    case insecureRedirect
    /// The redirects do not end.
    case tooManyRedirects(Int)
    /// More bytes than allowed, announced or come.
    case tooLarge(limit: Int)
    /// Fewer bytes come than must.
    case tooSlow(HTTPRequest.TimeLimits.LeastSpeed)
    /// It took longer than allowed.
    case outOfTime(Duration)
    /// The server has no such file.
    case notThere
    /// The server does not give it to us; its status.
    case denied(Int)
    /// The server asks for patience, in seconds when it said how much.
    case busy(retryAfterSeconds: Int?)
    /// Any other status.
    case unexpected(Int)
    /// The connection broke in the middle; going on from there may work.
    case cut(String)
    /// No answer at all.
    case noAnswer(HTTPClientError)
    /// Who takes the bytes could not.
    case notTaken(String)
    /// The task was cancelled.
    case cancelled

    /// Whether the same may succeed later without any change to it.
    package var isTransient: Bool {
        switch self {
        case .tooSlow, .busy, .cut: true
        case .unexpected(let status): status >= 500
        case .noAnswer(let error): error.isTransient
        case .notAURL, .schemeNotAllowed, .passwordInURL, .forbiddenAddress, .insecureRedirect, .tooManyRedirects,
            .tooLarge, .outOfTime, .notThere, .denied, .notTaken, .cancelled:
            false
        }
    }
}

extension GuardedDownloadError: CustomStringConvertible {
    /// One line for a person; no header, query or inner address is in it.
    package var description: String {
        switch self {
        case .notAURL: "this is not a URL that can be downloaded"
        case .schemeNotAllowed(let scheme): "\(scheme.prefix(20)) URLs are not downloaded here: use https"
        case .passwordInURL: "the URL holds a name or password: take it out, and give credentials apart"
        case .forbiddenAddress(let host):
            "\(host) is inside a private network, which the gateway does not reach; an administrator may allow it"
        case .insecureRedirect: "the server redirects from https to http, where anybody could change the file"
        case .tooManyRedirects(let count): "the server redirects more than \(count) times"
        case .tooLarge(let limit): "the file is larger than the \(limit) bytes that are allowed"
        case .tooSlow(let speed):
            "the server sent less than \(speed.bytesPerSecond) bytes a second for \(speed.during.components.seconds) s"
        case .outOfTime(let time): "the download took longer than \(time.components.seconds) s"
        case .notThere: "the server has no such file"
        case .denied(let status): "the server does not let us have the file (\(status))"
        case .busy(let seconds): "the server is busy" + (seconds.map { ", and asks to try again in \($0) s" } ?? "")
        case .unexpected(let status): "the server answered with status \(status)"
        case .cut(let text): "the connection was lost in the middle: \(text)"
        case .noAnswer(let error): error.description
        case .notTaken(let text): "the file could not be stored: \(text)"
        case .cancelled: "the download was cancelled"
        }
    }
}
