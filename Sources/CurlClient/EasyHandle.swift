import CCurl
import Glibc

/// A configured curl easy handle with the memory it borrows; made, used and freed on the loop's thread.
///
/// `@safe`: the pointers are private to the loop, valid from `init` to `deinit`, and freed once.
@safe final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    private var headerList: UnsafeMutablePointer<curl_slist>?
    private let errorText: UnsafeMutableBufferPointer<CChar>

    /// Sets everything the request and the client ask for.
    /// - Throws: `HTTPClientError` when curl does not take an option.
    init(for transfer: Transfer, _ configuration: HTTPClient.Configuration) throws(HTTPClientError) {
        guard let pointer = unsafe curl_easy_init() else { throw .failed(code: 27, "out of memory") }
        unsafe self.pointer = unsafe pointer
        unsafe errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorText.initialize(repeating: 0)
        try setPolicy(configuration)
        try setTarget(transfer.request)
        try setTimes(transfer.request.timeLimits)
        try setHeaders(transfer.request, userAgent: configuration.userAgent)
        try setContent(transfer.request)
        try setCallbacks(transfer)
    }

    deinit {
        unsafe curl_easy_cleanup(pointer)
        unsafe curl_slist_free_all(headerList)
        unsafe errorText.deallocate()
    }

    /// Names the handle while it is alive; curl gives a freed address to the next one.
    var address: UInt { unsafe UInt(bitPattern: pointer) }

    /// The error of a finished transfer, in curl's own words for it when it has some.
    func error(_ code: CURLcode) -> HTTPClientError {
        let detail = unsafe String(decoding: errorText.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        let text = unsafe detail.isEmpty ? String(cString: curl_easy_strerror(code)) : detail
        return HTTPClientError(code, text)
    }
}

// MARK: - Options (curl_easy_setopt(3))

extension EasyHandle {
    private func setPolicy(_ configuration: HTTPClient.Configuration) throws(HTTPClientError) {
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_BUFFERSIZE, 128 << 10)
        if let path = configuration.trustedCertificatesPath { try set(CURLOPT_CAINFO, path) }
        try check(unsafe ff_curl_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorText.baseAddress))
    }

    private func setTarget(_ request: HTTPRequest) throws(HTTPClientError) {
        try set(CURLOPT_URL, request.url)
        // "." and ".." are segments like others in the key of an object, and a signature is over what is sent.
        try set(CURLOPT_PATH_AS_IS, 1)
        try set(CURLOPT_FOLLOWLOCATION, request.maximumRedirects > 0 ? 1 : 0)
        try set(CURLOPT_MAXREDIRS, request.maximumRedirects)
        // A proxy from the environment cannot reach our own loopback.
        if LoopbackURL.matches(request.url) || request.mayConnect != nil { try set(CURLOPT_PROXY, "") }
    }

    private func setTimes(_ limits: HTTPRequest.TimeLimits) throws(HTTPClientError) {
        try set(CURLOPT_CONNECTTIMEOUT_MS, limits.connect.wholeMilliseconds)
        if let total = limits.total { try set(CURLOPT_TIMEOUT_MS, total.wholeMilliseconds) }
        guard let speed = limits.leastSpeed else { return }
        try set(CURLOPT_LOW_SPEED_LIMIT, speed.bytesPerSecond)
        try set(CURLOPT_LOW_SPEED_TIME, max(1, speed.during.wholeMilliseconds / 1000))
    }

    private func setHeaders(_ request: HTTPRequest, userAgent: String) throws(HTTPClientError) {
        try set(CURLOPT_USERAGENT, userAgent)
        // Without this, curl waits a second for "100 Continue" before it sends a larger body.
        if request.headers["Expect"] == nil { try append("Expect:") }
        if request.body != nil || request.upload != nil, request.headers["Content-Type"] == nil {
            try append("Content-Type:")
        }
        for field in request.headers.fields {
            // curl takes "Name:" as "leave it out", and "Name;" as a field with an empty value.
            try append(field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)")
        }
        try check(unsafe ff_curl_set_list(pointer, CURLOPT_HTTPHEADER, headerList))
    }

    private func append(_ line: String) throws(HTTPClientError) {
        guard let longer = unsafe curl_slist_append(headerList, line) else {
            throw .failed(code: 27, "out of memory")
        }
        unsafe headerList = unsafe longer
    }

    private func setContent(_ request: HTTPRequest) throws(HTTPClientError) {
        if let body = request.body {
            try set(CURLOPT_POST, 1)
            try check(unsafe ff_curl_set_offset(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
            // Copied by curl, so the array need not outlive this call.
            let code = unsafe body.withUnsafeBytes { bytes in
                let address = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress)
                return unsafe ff_curl_set_pointer(pointer, CURLOPT_COPYPOSTFIELDS, address)
            }
            try check(code)
        } else if let upload = request.upload {
            try set(CURLOPT_UPLOAD, 1)
            try set(CURLOPT_UPLOAD_BUFFERSIZE, UploadFeed.pieceByteCount)
            try check(unsafe ff_curl_set_offset(pointer, CURLOPT_INFILESIZE_LARGE, curl_off_t(upload.byteCount)))
        } else if request.method == "HEAD" {
            try set(CURLOPT_NOBODY, 1)
        }
        let usual = request.body != nil ? "POST" : request.upload != nil ? "PUT" : "GET"
        if request.method != usual { try set(CURLOPT_CUSTOMREQUEST, request.method) }
    }

    /// The transfer outlives the handle: the loop holds both until the handle is freed.
    private func setCallbacks(_ transfer: Transfer) throws(HTTPClientError) {
        let context = unsafe Unmanaged.passUnretained(transfer).toOpaque()
        try check(unsafe ff_curl_set_pointer(pointer, CURLOPT_WRITEDATA, context))
        try check(unsafe ff_curl_set_pointer(pointer, CURLOPT_HEADERDATA, context))
        if transfer.request.mayConnect != nil { unsafe try setGuard(context) }
        if transfer.request.upload != nil { unsafe try setUpload(context) }
        try check(
            unsafe ff_curl_set_sink(pointer, CURLOPT_WRITEFUNCTION) { bytes, size, count, context in
                guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
                let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                return switch unsafe transfer.receiveBody(.init(start: bytes, count: size * count)) {
                case .go: size * count
                case .pause: Int(CURL_WRITEFUNC_PAUSE)
                case .stop: 0
                }
            }
        )
        try check(
            unsafe ff_curl_set_sink(pointer, CURLOPT_HEADERFUNCTION) { bytes, size, count, context in
                guard let bytes = unsafe bytes, let context = unsafe context else { return 0 }
                let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                let line = unsafe UnsafeRawBufferPointer(start: bytes, count: size * count)
                return unsafe transfer.receiveHeader(String(decoding: line, as: UTF8.self)) ? size * count : 0
            }
        )
    }

    /// curl asks for the next bytes to send, and sometimes to begin anew.
    private func setUpload(_ context: UnsafeMutableRawPointer) throws(HTTPClientError) {
        try check(unsafe ff_curl_set_pointer(pointer, CURLOPT_READDATA, context))
        try check(unsafe ff_curl_set_pointer(pointer, CURLOPT_SEEKDATA, context))
        try check(
            unsafe ff_curl_set_sink(pointer, CURLOPT_READFUNCTION) { bytes, size, count, context in
                guard let bytes = unsafe bytes, let context = unsafe context else { return Int(CURL_READFUNC_ABORT) }
                let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                return switch unsafe transfer.supplyBody(.init(start: bytes, count: size * count)) {
                case .bytes(let count): count
                case .pause: Int(CURL_READFUNC_PAUSE)
                case .stop: Int(CURL_READFUNC_ABORT)
                }
            }
        )
        try check(
            unsafe ff_curl_set_seeker(pointer, CURLOPT_SEEKFUNCTION) { context, offset, origin in
                guard let context = unsafe context, origin == SEEK_SET else { return CURL_SEEKFUNC_FAIL }
                let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                return transfer.rewindBody(to: Int(offset)) ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL
            }
        )
    }

    /// curl asks for a socket for each address that it tries; without one, it goes on to the next.
    ///
    /// Before a request goes out, also on a connection that was kept, it tells the address once more.
    private func setGuard(_ context: UnsafeMutableRawPointer) throws(HTTPClientError) {
        try check(unsafe ff_curl_set_pointer(pointer, CURLOPT_OPENSOCKETDATA, context))
        try check(
            unsafe ff_curl_set_opener(pointer, CURLOPT_OPENSOCKETFUNCTION) { context, _, target in
                guard let context = unsafe context, let target = unsafe target else { return -1 }
                let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                guard unsafe transfer.allows(NetworkAddress(target)) else { return -1 }
                let kind = unsafe target.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue)
                return unsafe socket(target.pointee.family, kind, target.pointee.protocol)
            }
        )
        try check(unsafe ff_curl_set_pointer(pointer, CURLOPT_PREREQDATA, context))
        try check(
            unsafe ff_curl_set_inspector(pointer, CURLOPT_PREREQFUNCTION) { context, remote, _, _, _ in
                guard let context = unsafe context, let remote = unsafe remote else { return CURL_PREREQFUNC_ABORT }
                let transfer = unsafe Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                // A link-local address bears its interface: fe80::1%eth0.
                let text = unsafe String(cString: remote).prefix { $0 != "%" }
                return transfer.allows(NetworkAddress(String(text))) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
            }
        )
    }

    private func set(_ option: CURLoption, _ value: Int) throws(HTTPClientError) {
        try check(unsafe ff_curl_set_long(pointer, option, value))
    }

    private func set(_ option: CURLoption, _ value: String) throws(HTTPClientError) {
        try check(unsafe ff_curl_set_string(pointer, option, value))
    }

    private func check(_ code: CURLcode) throws(HTTPClientError) {
        guard code != CURLE_OK else { return }
        throw HTTPClientError(code, unsafe String(cString: curl_easy_strerror(code)))
    }
}

extension Duration {
    /// Rounded up, so that the time has passed when curl says so; at least one, since curl takes zero for "no limit".
    fileprivate var wholeMilliseconds: Int {
        let milliseconds =
            components.seconds * 1000 + (components.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return Int(max(1, min(milliseconds, Int64(Int32.max))))
    }
}
