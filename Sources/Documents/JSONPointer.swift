/// JSON Pointers (RFC 6901), the way a fault names its place.
package enum JSONPointer {
    /// One reference token, escaped (`~` and `/`).
    ///
    /// - Parameter token: a key.
    /// - Returns: the token as it stands in a pointer.
    package static func escape(_ token: String) -> String {
        guard token.contains("~") || token.contains("/") else { return token }
        return String(token.flatMap { $0 == "~" ? Array("~0") : $0 == "/" ? Array("~1") : [$0] })
    }
}
