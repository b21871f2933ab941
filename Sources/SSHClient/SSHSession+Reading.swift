import CSSH2

/// A remote file open for reading, for callers outside the session.
///
/// `id` finds it again in its session.
struct OpenFile: Sendable {
    let id: UInt64
    let path: String
}

extension SSHSession {
    /// Opens a file and goes to `offset`.
    func openForReading(_ path: String, offset: UInt64, _ allowance: Allowance) async throws(SSHError) -> OpenFile {
        beginOperation()
        do throws(SSHError) {
            let files = try await takeFileChannel(allowance)
            do throws(SSHError) {
                let flags = UInt(LIBSSH2_FXF_READ)
                try await openFile(path, LIBSSH2_SFTP_OPENFILE, flags: flags, on: files, allowance)
            } catch {
                settle(files, after: error)
                throw error.afterSending
            }
            unsafe libssh2_sftp_seek64(files.file, offset)
            return OpenFile(id: keep(files), path: path)
        } catch {
            endOperation()
            throw error
        }
    }

    /// The next bytes, at most `length`, fewer only at the end of the file.
    ///
    /// libssh2 asks the server for up to four times `window` bytes ahead of time.
    func read(
        _ open: OpenFile,
        length: Int,
        window: Int,
        _ allowance: Allowance
    ) async throws(SSHError) -> [UInt8] {
        guard let files = openFiles[open.id], let file = unsafe files.file else { return [] }
        let buffer = Buffer(capacity: max(window, 1))
        var result: [UInt8] = []
        result.reserveCapacity(min(length, 4 << 20))
        while result.count < length {
            let wanted = min(buffer.capacity, length - result.count)
            let count: Int
            do throws(SSHError) {
                count = try await perform(on: files, allowance) { () throws(SSHError) in
                    try self.judge(unsafe libssh2_sftp_read(file, buffer.bytes, wanted))
                }
            } catch {
                throw error.afterSending
            }
            if count < 0 { throw fileFailure(files, open.path, count) }
            if count == 0 { break }
            unsafe result.append(contentsOf: buffer.prefix(count))
        }
        return result
    }

    /// Closes the file, also behind the back of a caller whose time is over.
    func close(_ open: OpenFile, _ allowance: Allowance) async {
        defer { endOperation() }
        guard let files = openFiles.removeValue(forKey: open.id) else { return }
        guard files.unfinished == nil else { return settle(files, after: .cancelled(commandMayHaveRun: true)) }
        do throws(SSHError) {
            try await closeFile(files, allowance)
            settle(files)
        } catch {
            settle(files, after: error)
        }
    }
}
