import CSSH2
import Logging

/// One SFTP subsystem of a session, used by one operation at a time, with at most one open file.
///
/// Not Sendable: it stays in its session. Safe: the pointers are used by the session only, while it lives.
@safe final class FileChannel {
    let pointer: OpaquePointer
    var file: OpaquePointer?
    /// A call that its caller left half way; it must be finished before the channel can be used or closed.
    var unfinished: (() throws(SSHError) -> Bool)?

    init(_ pointer: OpaquePointer) { unsafe self.pointer = pointer }
}

extension SSHSession {
    /// A free file channel, or a new one.
    func takeFileChannel(_ allowance: Allowance) async throws(SSHError) -> FileChannel {
        var backoff = Backoff(initial: .milliseconds(10), limit: .milliseconds(500))
        while true {
            try allowance.check()
            if let files = idleFileChannels.popLast() { return files }
            if let files = try await openFileChannel(allowance) { return files }
            try await pause(backoff.advance(), allowance)
        }
    }

    /// Nil when the server has no place for another channel just now.
    private func openFileChannel(_ allowance: Allowance) async throws(SSHError) -> FileChannel? {
        try await beginOpening(allowance)
        do throws(SSHError) {
            let files = try await perform(allowance, requestFileChannel)
            let reason = lastError
            endOpening()
            if files == nil, !reason.contains("Unable to startup channel") {
                throw SSHError.requestRefused(what: "file transfer (SFTP) for \(endpoint.userName): \(reason)")
            }
            return files
        } catch .requestRefused(let what) {
            throw .requestRefused(what: what)
        } catch {
            beginOperation()
            // Outlives the caller: the session could open nothing else before this is finished.
            Task {
                let late = try? await self.perform(Self.patience, self.requestFileChannel)
                self.endOpening()
                if let files = late { await self.shutDown(files) }
                self.endOperation()
            }
            throw error
        }
    }

    private func requestFileChannel() throws(SSHError) -> Attempt<FileChannel?> {
        if let pointer = unsafe libssh2_sftp_init(handle) { return .done(unsafe FileChannel(pointer)) }
        return try judgeLastError() ? .done(nil) : .again
    }

    /// Gives a channel back after an operation; `error` tells how that ended.
    func settle(_ files: FileChannel, after error: SSHError? = nil) {
        if error == nil, unsafe files.file == nil, files.unfinished == nil, failure == nil, idleFileChannels.count < 2 {
            idleFileChannels.append(files)
            return
        }
        beginOperation()
        // Outlives the caller: a call left half way is finished, and the file closed.
        Task {
            await self.shutDown(files)
            self.endOperation()
        }
    }

    /// Finishes what is half way and closes the channel.
    ///
    /// What cannot be finished goes with the session.
    func shutDown(_ files: FileChannel) async {
        do throws(SSHError) {
            if let unfinished = files.unfinished {
                try await perform(Self.patience) { () throws(SSHError) in try unfinished() ? .done(()) : .again }
            }
            if let file = unsafe files.file {
                unsafe files.file = nil
                _ = try await perform(Self.patience) { () throws(SSHError) in
                    try judge(Int(unsafe libssh2_sftp_close_handle(file)))
                }
            }
            _ = try await perform(Self.patience) { () throws(SSHError) in
                try judge(Int(unsafe libssh2_sftp_shutdown(files.pointer)))
            }
        } catch {
            logger.debug("a file channel does not close", metadata: ["ssh.endpoint": "\(endpoint)"])
        }
    }

    /// Repeats a call on a file channel; remembers it when the caller leaves it half way.
    ///
    /// The call owns all memory it hands to the library, for it may be repeated later.
    func perform<Value>(
        on files: FileChannel,
        _ allowance: Allowance,
        _ call: @escaping () throws(SSHError) -> Attempt<Value>
    ) async throws(SSHError) -> Value {
        try allowance.check()
        do throws(SSHError) {
            return try await perform(allowance, call)
        } catch {
            switch error {
            case .timedOut, .cancelled:
                files.unfinished = { () throws(SSHError) in
                    if case .done = try call() { true } else { false }
                }
            case .cannotConnect, .hostKeyUnknown, .hostKeyChanged, .authenticationRefused, .loginNeeded,
                .keyFileUnusable,
                .connectionLost, .requestRefused, .outputTooLarge, .fileFailure:
                break
            }
            throw error
        }
    }

    /// The error the server gave for the last operation on this channel.
    func fileFailure(_ files: FileChannel, _ path: String, _ code: Int) -> SSHError {
        guard code == Int(LIBSSH2_ERROR_SFTP_PROTOCOL) else {
            return .fileFailure(path: path, reason: lastError, notFound: false)
        }
        return FileStatus(UInt32(truncatingIfNeeded: unsafe libssh2_sftp_last_error(files.pointer))).failure(path)
    }
}
