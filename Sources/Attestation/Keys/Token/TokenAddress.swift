internal import CP11Kit

/// Where a key lies on a token: a PKCS #11 URI (RFC 7512), read by p11-kit.
///
/// Unchecked, because a pointer is not Sendable by itself: the object is never changed after `init`, p11-kit only reads
/// it in the calls made here, and it is freed in `deinit`.
@safe final class TokenAddress: @unchecked Sendable {
    /// The URI as it was written; it holds no secret.
    let text: String
    /// The PKCS #11 library.
    let modulePath: String
    /// The file with the PIN.
    let pinPath: String
    private let uri: OpaquePointer

    /// Reads an address.
    ///
    /// - Parameter text: such as
    ///   `pkcs11:token=gateway;object=manifest?module-path=/usr/lib/….so&pin-source=file:/etc/farfield/pin`.
    /// - Throws: ``SigningError/address(_:reason:)``, also for a PIN that stands in the address itself.
    init(_ text: String) throws(SigningError) {
        guard let uri = unsafe p11_kit_uri_new() else { throw .address("the address", reason: "no memory") }
        self.text = text
        unsafe self.uri = unsafe uri
        let code = unsafe p11_kit_uri_parse(text, P11_KIT_URI_FOR_OBJECT_ON_TOKEN_AND_MODULE, uri)
        // All texts below belong to the address and are copied at once.
        let pin = unsafe p11_kit_uri_get_pin_value(uri) != nil
        let source = unsafe p11_kit_uri_get_pin_source(uri).map { unsafe String(cString: $0) }
        let module = unsafe p11_kit_uri_get_module_path(uri).map { unsafe String(cString: $0) }
        modulePath = module ?? ""
        pinPath = Self.path(source ?? "")
        guard code == 0 else {
            let words = unsafe p11_kit_uri_message(code).map { unsafe String(cString: $0) }
            throw .address("the address", reason: words ?? "it is not a PKCS #11 URI (RFC 7512)")
        }
        // The text is not repeated, since it holds a secret.
        guard !pin else { throw .address("the address", reason: "a PIN comes from a file: use pin-source=file:/…") }
        guard unsafe p11_kit_uri_any_unrecognized(uri) == 0 else {
            throw .address(text, reason: "it has attributes that RFC 7512 does not know")
        }
        guard modulePath.hasPrefix("/") else { throw .address(text, reason: "module-path=/… is missing") }
        guard pinPath.hasPrefix("/") else { throw .address(text, reason: "pin-source=file:/… is missing") }
        guard
            unsafe p11_kit_uri_get_attribute(uri, CK_ATTRIBUTE_TYPE(CKA_LABEL)) != nil
                || p11_kit_uri_get_attribute(uri, CK_ATTRIBUTE_TYPE(CKA_ID)) != nil
        else {
            throw .address(text, reason: "object=… or id=… is missing")
        }
    }

    deinit { unsafe p11_kit_uri_free(uri) }

    /// `file:/path`, `file:///path` or a path.
    private static func path(_ source: String) -> String {
        guard source.hasPrefix("file:") else { return source }
        let rest = source.dropFirst(5)
        return String(rest.hasPrefix("///") ? rest.dropFirst(2) : rest)
    }

    /// Begins a search for the objects of a class that the address means.
    func find(
        _ kind: CK_OBJECT_CLASS,
        _ functions: UnsafeMutablePointer<CK_FUNCTION_LIST>,
        _ session: CK_SESSION_HANDLE
    ) -> CK_RV {
        // The attributes belong to the address, which outlives the call; the library copies what it needs.
        let label = unsafe p11_kit_uri_get_attribute(uri, CK_ATTRIBUTE_TYPE(CKA_LABEL))
        let identifier = unsafe p11_kit_uri_get_attribute(uri, CK_ATTRIBUTE_TYPE(CKA_ID))
        return unsafe cp11kit_find_init(functions, session, kind, label, identifier)
    }

    /// Whether a token is the one the address means.
    func matches(_ token: inout CK_TOKEN_INFO) -> Bool { unsafe p11_kit_uri_match_token_info(uri, &token) == 1 }
}
