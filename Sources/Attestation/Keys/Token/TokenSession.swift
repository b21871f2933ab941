internal import CP11Kit

/// A session with a token; closed when it goes, which also logs out when it was the last.
private struct OpenSession: ~Copyable {
    let module: TokenModule
    let handle: CK_SESSION_HANDLE

    init(slot: CK_SLOT_ID, _ module: TokenModule) throws(SigningError) {
        var handle = CK_SESSION_HANDLE()
        try unsafe module.call("C_OpenSession") { functions in
            unsafe functions.pointee.C_OpenSession?(slot, CK_FLAGS(CKF_SERIAL_SESSION), nil, nil, &handle)
        }
        self.module = module
        self.handle = handle
    }

    deinit {
        let handle = handle
        try? unsafe module.call("C_CloseSession") { functions in unsafe functions.pointee.C_CloseSession?(handle) }
    }

    /// Logs in with the PIN in a file; the PIN is not kept.
    func logIn(pinPath: String) throws(SigningError) {
        var pin = try KeyFile.read(pinPath)
        while let last = pin.last, last == 0x0a || last == 0x0d { pin.removeLast() }
        let (handle, count) = (handle, CK_ULONG(pin.count))
        try unsafe module.call("C_Login") { functions in
            unsafe functions.pointee.C_Login?(handle, CK_USER_TYPE(CKU_USER), &pin, count)
        }
    }
}

/// A session with a token, logged in, and the key found on it.
struct TokenSession: ~Copyable {
    private let open: OpenSession
    private let key: CK_OBJECT_HANDLE
    /// The key that checks what the token signs.
    let publicKey: Ed25519PublicKey

    /// Loads the library, opens a session, logs in with the PIN from its file, and finds the key.
    ///
    /// The library is loaded for each session: one that lost its token may not find it again before it is initialised
    /// anew, which happens when its last user has let it go.
    init(_ address: TokenAddress) throws(SigningError) {
        let module = try TokenModule(path: address.modulePath)
        let open = try OpenSession(slot: try Self.slot(address, module), module)
        try open.logIn(pinPath: address.pinPath)
        let key = try Self.find(CK_OBJECT_CLASS(CKO_PRIVATE_KEY), "private key", address, module, open.handle)
        let other = try Self.find(CK_OBJECT_CLASS(CKO_PUBLIC_KEY), "public key", address, module, open.handle)
        let publicKey = try Self.publicKey(other, module, open.handle)
        self.init(open: open, key: key, publicKey: publicKey)
    }

    private init(open: consuming OpenSession, key: CK_OBJECT_HANDLE, publicKey: Ed25519PublicKey) {
        self.open = open
        self.key = key
        self.publicKey = publicKey
    }

    /// A signature, or nil when the session is broken.
    func signature(of message: [UInt8]) -> [UInt8]? { try? sign(message) }

    /// Signs with `CKM_EDDSA` without parameters, the pure form of RFC 8032, and checks what came back.
    func sign(_ message: [UInt8]) throws(SigningError) -> [UInt8] {
        let (module, session, key) = (open.module, open.handle, key)
        var mechanism = unsafe CK_MECHANISM(mechanism: CK_MECHANISM_TYPE(CKM_EDDSA), pParameter: nil, ulParameterLen: 0)
        try unsafe module.call("C_SignInit") { functions in
            unsafe functions.pointee.C_SignInit?(session, &mechanism, key)
        }
        var message = message
        var signature = [UInt8](repeating: 0, count: 64)
        var count = CK_ULONG(signature.count)
        let length = CK_ULONG(message.count)
        // The token reads as many bytes of the message as it is told and writes at most `count`.
        try unsafe module.call("C_Sign") { functions in
            unsafe functions.pointee.C_Sign?(session, &message, length, &signature, &count)
        }
        guard count == 64, publicKey.isValid(signature, of: message) else {
            throw .token(step: "C_Sign", reason: "what it returned is not a signature of its key")
        }
        return signature
    }

    // MARK: - Finding

    /// The slot of the only token that the address means.
    private static func slot(_ address: TokenAddress, _ module: TokenModule) throws(SigningError) -> CK_SLOT_ID {
        var slots = [CK_SLOT_ID](repeating: 0, count: 256)
        var count = CK_ULONG(slots.count)
        try unsafe module.call("C_GetSlotList") { functions in
            unsafe functions.pointee.C_GetSlotList?(1, &slots, &count)
        }
        var found: [CK_SLOT_ID] = []
        for slot in slots.prefix(Int(count)) {
            var token = CK_TOKEN_INFO()
            try unsafe module.call("C_GetTokenInfo") { functions in
                unsafe functions.pointee.C_GetTokenInfo?(slot, &token)
            }
            if address.matches(&token) { found.append(slot) }
        }
        guard let slot = found.first, found.count == 1 else {
            throw .address(address.text, reason: "\(found.isEmpty ? "no" : "more than one") token is meant")
        }
        return slot
    }

    /// The only object of a class that the address means.
    private static func find(
        _ kind: CK_OBJECT_CLASS,
        _ name: String,
        _ address: TokenAddress,
        _ module: TokenModule,
        _ session: CK_SESSION_HANDLE
    ) throws(SigningError) -> CK_OBJECT_HANDLE {
        var objects = [CK_OBJECT_HANDLE](repeating: 0, count: 2)
        var count = CK_ULONG()
        try unsafe module.call("C_FindObjectsInit") { functions in unsafe address.find(kind, functions, session) }
        defer {
            try? unsafe module.call("C_FindObjectsFinal") { functions in
                unsafe functions.pointee.C_FindObjectsFinal?(session)
            }
        }
        try unsafe module.call("C_FindObjects") { functions in
            unsafe functions.pointee.C_FindObjects?(session, &objects, 2, &count)
        }
        guard count == 1 else {
            throw .address(address.text, reason: "\(count == 0 ? "no" : "more than one") \(name) is meant")
        }
        return objects[0]
    }

    /// The 32 bytes of a public key's `CKA_EC_POINT`, which tokens wrap in a DER octet string or not.
    private static func publicKey(
        _ object: CK_OBJECT_HANDLE,
        _ module: TokenModule,
        _ session: CK_SESSION_HANDLE
    ) throws(SigningError) -> Ed25519PublicKey {
        var point = [UInt8](repeating: 0, count: 256)
        var count = 0
        try unsafe module.call("C_GetAttributeValue") { functions in
            unsafe point.withUnsafeMutableBytes { buffer in
                // The token writes at most as many bytes as it is told.
                var attribute = unsafe CK_ATTRIBUTE(
                    type: CK_ATTRIBUTE_TYPE(CKA_EC_POINT),
                    pValue: buffer.baseAddress,
                    ulValueLen: CK_ULONG(buffer.count)
                )
                let code = unsafe functions.pointee.C_GetAttributeValue?(session, object, &attribute, 1)
                count = Int(exactly: unsafe attribute.ulValueLen) ?? 0
                return code
            }
        }
        let bytes = Array(point.prefix(count))
        let raw = bytes.count == 34 && bytes.starts(with: [0x04, 0x20]) ? Array(bytes.dropFirst(2)) : bytes
        guard let key = Ed25519PublicKey(raw: raw) else {
            throw .token(step: "CKA_EC_POINT", reason: "the key is not one for Ed25519")
        }
        return key
    }
}
