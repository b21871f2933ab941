/// What the server tells about a file (SFTP version 3, draft-ietf-secsh-filexfer-02 §5).
package struct SSHFileAttributes: Sendable, Hashable {
    /// What sort of thing it is.
    package enum Kind: Sendable, Hashable {
        case file, directory, symbolicLink, other
    }

    /// Sort of thing; `other` also when the server does not say.
    package var kind: Kind
    /// Bytes; 0 when the server does not say.
    package var size: UInt64
    /// Mode bits without the kind, such as 0o644.
    package var permissions: UInt32
    /// Numeric owner at the site.
    package var userID: UInt32
    /// Numeric group at the site.
    package var groupID: UInt32
    /// Last change of the content, seconds since 1970 UTC.
    package var modified: Int64

    /// Attributes from their parts.
    package init(
        kind: Kind,
        size: UInt64,
        permissions: UInt32,
        userID: UInt32 = 0,
        groupID: UInt32 = 0,
        modified: Int64 = 0
    ) {
        self.kind = kind
        self.size = size
        self.permissions = permissions
        self.userID = userID
        self.groupID = groupID
        self.modified = modified
    }
}

/// One entry of a remote folder.
package struct SSHDirectoryEntry: Sendable, Hashable {
    /// The name as the server sends it: any bytes but `/` and NUL.
    package var nameBytes: [UInt8]
    /// Attributes of the entry itself; links are not followed.
    package var attributes: SSHFileAttributes

    /// An entry from its parts.
    package init(nameBytes: [UInt8], attributes: SSHFileAttributes) {
        self.nameBytes = nameBytes
        self.attributes = attributes
    }

    /// The name as a path within its folder.
    package var path: RemotePath { RemotePath(nameBytes) }

    /// The name as text, for a person: bytes that are not UTF-8 become U+FFFD.
    package var name: String { String(decoding: nameBytes, as: UTF8.self) }
}
