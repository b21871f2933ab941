internal import CP11Kit

/// A PKCS #11 library in this process (PKCS #11 3.0), loaded by p11-kit, which shares it with whoever else uses it.
///
/// Unchecked, because a pointer is not Sendable by itself: the table of functions is constant, and the library was told
/// to lock for itself when p11-kit initialised it. It is finalised and released in `deinit`.
@safe final class TokenModule: @unchecked Sendable {
    private let functions: UnsafeMutablePointer<CK_FUNCTION_LIST>

    init(path: String) throws(SigningError) {
        guard let functions = unsafe p11_kit_module_load(path, 0) else {
            throw .token(step: "loading \(path)", reason: "it is not there or not a PKCS #11 library")
        }
        let code = unsafe p11_kit_module_initialize(functions)
        guard code == CKR_OK else {
            unsafe p11_kit_module_release(functions)
            throw .token(step: "C_Initialize", reason: Self.words(code))
        }
        // Set last: an initialiser that throws after this would run `deinit`.
        unsafe self.functions = unsafe functions
    }

    deinit {
        unsafe p11_kit_module_finalize(functions)
        unsafe p11_kit_module_release(functions)
    }

    /// Calls one function of the library.
    ///
    /// - Parameters:
    ///   - step: its name, for the error.
    ///   - body: the call; nil when the library lacks the function.
    /// - Throws: ``SigningError/token(step:reason:)``.
    func call(_ step: String, _ body: (UnsafeMutablePointer<CK_FUNCTION_LIST>) -> CK_RV?) throws(SigningError) {
        guard let code = unsafe body(functions) else { throw .token(step: step, reason: "it cannot do that") }
        // A session that is logged in shares that with every other one of this process.
        guard code == CKR_OK || (step == "C_Login" && code == CKR_USER_ALREADY_LOGGED_IN) else {
            throw .token(step: step, reason: Self.words(code))
        }
    }

    /// p11-kit's words for a code.
    private static func words(_ code: CK_RV) -> String {
        unsafe p11_kit_strerror(code).map { unsafe String(cString: $0) } ?? "code \(code)"
    }
}
