import CSSH2
import Glibc

extension SSHSession {
    /// By the key first; then, where the server wants that too, by answering its questions.
    func authenticate(with key: PrivateKeyFile?, _ allowance: Allowance) async throws(SSHError) {
        var methods = ""
        do throws(SSHError) {
            methods = try await offeredMethods(allowance)
            var refusal = endpoint.refused("no key is configured, and the server offers \(methods)")
            if let key {
                let code = try await perform(allowance) { () throws(SSHError) in try judge(offer(key)) }
                if isAuthenticated { return }
                refusal = keyError(key, code, methods)
                if wire.interview != nil { methods = try await offeredMethods(allowance) }
            }
            guard let interview = wire.interview, Self.asks(methods) else { throw refusal }
            try await answerQuestions(interview, methods, allowance)
        } catch .connectionLost {
            if let reason = wire.interview?.failure?.reason { throw endpoint.refused(reason) }
            throw cannotConnect("the server ended the connection during the authentication (\(methods)): \(lastError)")
        }
    }

    private var isAuthenticated: Bool { unsafe libssh2_userauth_authenticated(handle) != 0 }

    private static func asks(_ methods: String) -> Bool {
        methods.split(separator: ",").contains { $0 == "keyboard-interactive" || $0 == "password" }
    }

    /// What really went wrong with the key stands in the last error, not in the answer.
    private func keyError(_ key: PrivateKeyFile, _ code: Int, _ methods: String) -> SSHError {
        let problems = [LIBSSH2_ERROR_FILE, LIBSSH2_ERROR_PROTO, LIBSSH2_ERROR_DECRYPT].map(Int.init)
        if problems.contains(code) || problems.contains(lastErrorNumber) {
            return .keyFileUnusable(
                path: endpoint.keyName,
                reason: key.isEncrypted ? .wrongPassphrase : .notAPrivateKey
            )
        }
        return endpoint.refused(refusal(key, methods))
    }

    // MARK: - Questions

    /// Keyboard-interactive (RFC 4256), or the plain password where only that is offered.
    private func answerQuestions(
        _ interview: Interview,
        _ methods: String,
        _ allowance: Allowance
    ) async throws(SSHError) {
        let user = endpoint.userName
        let length = UInt32(user.utf8.count)
        if methods.split(separator: ",").contains("keyboard-interactive") {
            _ = try await perform(allowance) { () throws(SSHError) in
                try judge(
                    Int(unsafe libssh2_userauth_keyboard_interactive_ex(handle, user, length, answerPrompts))
                )
            }
        } else {
            guard let word = interview.answer(SSHQuestion(text: "Password: ", isEchoed: false)) else {
                throw endpoint.refused(interview.failure?.reason ?? "its question was not answered")
            }
            let size = UInt32(word.utf8.count)
            _ = try await perform(allowance) { () throws(SSHError) in
                try judge(Int(unsafe libssh2_userauth_password_ex(handle, user, length, word, size, nil)))
            }
        }
        if isAuthenticated { return }
        throw endpoint.refused(interview.failure?.reason ?? "it does not accept the answers to its questions")
    }

    // MARK: - User key

    private func refusal(_ key: PrivateKeyFile, _ methods: String) -> String {
        if key.isRSA {
            return """
                it is an RSA key, and libssh2 1.10 signs with those only by SHA-1, which OpenSSH 8.8 and later \
                refuse; use an ed25519 or ECDSA key
                """
        }
        if !methods.split(separator: ",").contains("publickey") {
            return "it offers no public key authentication, only \(methods)"
        }
        return "the key is not accepted (\(lastError)); the server offers \(methods)"
    }

    /// The server's list, comma separated.
    private func offeredMethods(_ allowance: Allowance) async throws(SSHError) -> String {
        let user = endpoint.userName
        return try await perform(allowance) { () throws(SSHError) in
            if let list = unsafe libssh2_userauth_list(handle, user, UInt32(user.utf8.count)) {
                return .done(unsafe String(cString: list))
            }
            return try judgeLastError() ? .done("") : .again
        }
    }

    private func offer(_ key: PrivateKeyFile) -> Int {
        let user = endpoint.userName
        let code = unsafe key.bytes.withUnsafeBufferPointer { bytes in
            unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
                unsafe libssh2_userauth_publickey_frommemory(
                    handle,
                    user,
                    user.utf8.count,
                    nil,
                    0,
                    bytes.baseAddress,
                    bytes.count,
                    endpoint.keyMaterial.map { $0.passphrase } ?? endpoint.passphrase
                )
            }
        }
        return Int(code)
    }
}

/// One round of questions, as libssh2 hands it over; called on the session's thread, within `perform`.
///
/// Without an answer the connection is broken off before anything is sent, so that no failed attempt is counted.
private let answerPrompts:
    @convention(c) (
        UnsafePointer<CChar>?, Int32, UnsafePointer<CChar>?, Int32, Int32,
        UnsafePointer<LIBSSH2_USERAUTH_KBDINT_PROMPT>?, UnsafeMutablePointer<LIBSSH2_USERAUTH_KBDINT_RESPONSE>?,
        UnsafeMutablePointer<UnsafeMutableRawPointer?>?
    ) -> Void = { _, _, _, _, count, prompts, responses, abstract in
        guard let wire = unsafe wire(from: abstract), let prompts = unsafe prompts, let responses = unsafe responses
        else { return }
        for index in 0..<Int(count) {
            let prompt = unsafe prompts[index]
            let bytes = unsafe UnsafeRawBufferPointer(start: prompt.text, count: Int(prompt.length))
            let question = SSHQuestion(
                text: unsafe String(decoding: bytes, as: UTF8.self),
                isEchoed: unsafe prompt.echo != 0
            )
            guard let answer = wire.interview?.answer(question) else {
                wire.breakOff()
                return
            }
            // Freed by the library.
            unsafe responses[index].text = unsafe strdup(answer)
            unsafe responses[index].length = UInt32(answer.utf8.count)
        }
    }
