/// A server's answer to a file request: the codes of draft-ietf-secsh-filexfer-02 §7, and the later ones in use.
struct FileStatus: Sendable, Hashable {
    let code: UInt32

    init(_ code: UInt32) { self.code = code }

    static let ok = FileStatus(0)
    static let endOfFile = FileStatus(1)

    /// The error it is for whoever asked.
    func failure(_ path: RemotePath) -> SSHError {
        .fileFailure(path: path.description, reason: reason, notFound: code == 2 || code == 10)
    }

    private var reason: String {
        switch code {
        case 2, 10: "no such file"
        case 3: "permission denied"
        case 4: "the server answers only \"failure\" (exists already, not empty, or no space?)"
        case 8: "the server cannot do this"
        case 11: "it exists already"
        case 14: "no space left"
        case 15: "quota exceeded"
        default: "SFTP status \(code)"
        }
    }
}
