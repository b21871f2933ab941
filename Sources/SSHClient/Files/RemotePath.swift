/// The name of a file at a site, as the bytes that the site uses: any but NUL, in no particular encoding.
package struct RemotePath: Sendable, Hashable {
    /// The bytes, folders separated by `/`.
    package var bytes: [UInt8]

    /// A path from the bytes a server sent.
    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// A path from text, in UTF-8.
    package init(_ text: String) { bytes = Array(text.utf8) }

    /// The path of something in this folder; `name` may itself be a path, and an empty one is the folder.
    package func appending(_ name: RemotePath) -> RemotePath {
        if name.bytes.isEmpty { return self }
        if bytes.isEmpty { return name }
        return RemotePath(
            bytes.last == UInt8(ascii: "/") ? bytes + name.bytes : bytes + [UInt8(ascii: "/")] + name.bytes
        )
    }

    /// The names between the slashes; empty ones are left out.
    package var names: [ArraySlice<UInt8>] { bytes.split(separator: UInt8(ascii: "/")) }
}

extension RemotePath: CustomStringConvertible {
    /// For a person: bytes that are not UTF-8 become U+FFFD.
    package var description: String { String(decoding: bytes, as: UTF8.self) }
}

extension RemotePath: ExpressibleByStringLiteral {
    /// A path that is known when the program is written.
    package init(stringLiteral text: String) { self.init(text) }
}

/// What names a file at a site: a ``RemotePath``, or text where the name is our own.
package protocol RemotePlace: Sendable {
    /// The bytes that the site knows it by.
    var remotePath: RemotePath { get }
}

extension RemotePath: RemotePlace {
    /// Itself.
    package var remotePath: RemotePath { self }
}

extension String: RemotePlace {
    /// The text's UTF-8.
    package var remotePath: RemotePath { RemotePath(self) }
}
