import CCurl
import Foundation

/// Hands messages to a relay, each over a connection and on a thread of its own: libcurl blocks while it works.
package struct MailSender: Sendable {
    private let relay: MailRelay
    private let limits: TimeLimits

    /// How long it may take.
    package struct TimeLimits: Sendable {
        /// For name, connection and TLS handshake together.
        package var connect = Duration.seconds(10)
        /// From the first step to the last reply.
        package var total = Duration.seconds(60)

        /// 10 s and 60 s.
        package init() {}
    }

    /// A sender.
    package init(relay: MailRelay, limits: TimeLimits = .init()) {
        (self.relay, self.limits) = (relay, limits)
    }

    /// Hands one message over; returns when the relay has taken it.
    ///
    /// Cancelling the task does not end it: it ends within its time.
    ///
    /// - Throws: ``MailError`` when it did not.
    package func send(_ message: MailMessage) async throws(MailError) {
        let error: MailError? = await withCheckedContinuation { waiter in
            let thread = Thread {
                do throws(MailError) {
                    try MailHandle(relay, message, limits).perform()
                    waiter.resume(returning: nil)
                } catch {
                    waiter.resume(returning: error)
                }
            }
            thread.name = "mail"
            thread.start()
        }
        if let error { throw error }
    }
}

/// The bytes of a message that curl has not read yet; touched by one thread only.
private final class MailFeed {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    func read(into target: UnsafeMutableRawBufferPointer) -> Int {
        let piece = rest.prefix(target.count)
        unsafe target.copyBytes(from: piece)
        rest = rest.dropFirst(piece.count)
        return piece.count
    }
}

/// A curl easy handle for one message; made, used and freed on one thread.
///
/// `@safe`: the pointers are private, valid from `init` to `deinit`, and freed once; `feed` lives as long as the handle
/// that reads it.
@safe private final class MailHandle {
    private let pointer: UnsafeMutableRawPointer
    private var recipients: UnsafeMutablePointer<curl_slist>?
    private let errorText: UnsafeMutableBufferPointer<CChar>
    private let feed: MailFeed

    init(_ relay: MailRelay, _ message: MailMessage, _ limits: MailSender.TimeLimits) throws(MailError) {
        guard CurlLibrary.isReady, let pointer = unsafe curl_easy_init() else { throw MailError("out of memory") }
        unsafe self.pointer = unsafe pointer
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0)
        feed = MailFeed(message.bytes)
        try setServer(relay, limits)
        try setEnvelope(message)
    }

    deinit {
        unsafe curl_easy_cleanup(pointer)
        unsafe curl_slist_free_all(recipients)
        unsafe errorText.deallocate()
    }

    /// Connects, hands the message over and waits for the reply.
    func perform() throws(MailError) {
        let code = unsafe curl_easy_perform(pointer)
        guard code != CURLE_OK else { return }
        var reply = 0
        _ = unsafe ff_curl_get_long(pointer, CURLINFO_RESPONSE_CODE, &reply)
        let detail = unsafe String(decoding: errorText.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let text = unsafe detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
        throw MailError(code, reply: reply, text)
    }

    private func setServer(_ relay: MailRelay, _ limits: MailSender.TimeLimits) throws(MailError) {
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        try set(CURLOPT_URL, relay.url)
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_CONNECTTIMEOUT_MS, Int(limits.connect / .milliseconds(1)))
        try set(CURLOPT_TIMEOUT_MS, Int(limits.total / .milliseconds(1)))
        try check(unsafe ff_curl_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorText.baseAddress))
        let security =
            switch relay.security {
            case .required: CURLUSESSL_ALL
            case .try: CURLUSESSL_TRY
            case .none: CURLUSESSL_NONE
            }
        try set(CURLOPT_USE_SSL, Int(security.rawValue))
        if let path = relay.trustedCertificatesPath { try set(CURLOPT_CAINFO, path) }
        if let user = relay.user { try set(CURLOPT_USERNAME, user) }
        if let password = relay.password { try set(CURLOPT_PASSWORD, password) }
    }

    private func setEnvelope(_ message: MailMessage) throws(MailError) {
        try set(CURLOPT_MAIL_FROM, "<\(message.from)>")
        guard let list = unsafe curl_slist_append(nil, "<\(message.to)>") else { throw MailError("out of memory") }
        unsafe recipients = unsafe list
        try check(unsafe ff_curl_set_list(pointer, CURLOPT_MAIL_RCPT, recipients))
        try set(CURLOPT_UPLOAD, 1)
        let context = unsafe Unmanaged.passUnretained(feed).toOpaque()
        try check(unsafe ff_curl_set_pointer(pointer, CURLOPT_READDATA, context))
        try check(
            unsafe ff_curl_set_sink(pointer, CURLOPT_READFUNCTION) { bytes, size, count, context in
                guard let bytes = unsafe bytes, let context = unsafe context else { return Int(CURL_READFUNC_ABORT) }
                let feed = unsafe Unmanaged<MailFeed>.fromOpaque(context).takeUnretainedValue()
                return unsafe feed.read(into: .init(start: bytes, count: size * count))
            }
        )
    }

    private func set(_ option: CURLoption, _ value: Int) throws(MailError) {
        try check(unsafe ff_curl_set_long(pointer, option, value))
    }

    private func set(_ option: CURLoption, _ value: String) throws(MailError) {
        try check(unsafe ff_curl_set_string(pointer, option, value))
    }

    private func check(_ code: CURLcode) throws(MailError) {
        guard code != CURLE_OK else { return }
        throw MailError(unsafe String(cString: curl_easy_strerror(code)))
    }
}
