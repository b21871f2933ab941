import CCurl
import Foundation
import Glibc

/// libcurl itself.
enum CurlLibrary {
    /// curl_global_init(3), once for the process.
    static let isReady = curl_global_init(Int(CURL_GLOBAL_SSL)) == CURLE_OK
}

/// The one thread that drives all transfers of a client with `curl_multi_perform` and `curl_multi_poll`.
///
/// `@unchecked Sendable` is safe: `running` is touched by the loop's thread only; `mailbox` is guarded, and
/// `multi` is otherwise only given to `curl_multi_wakeup`, which may be called from any thread.
@safe final class TransferLoop: @unchecked Sendable {
    /// What other threads ask of the loop.
    enum Command {
        case start(Transfer)
        case resume(Transfer)
        case cancel(Transfer)
    }

    private struct Mailbox {
        var commands: [Command] = []
        var isStopping = false
        var isGone = false
    }

    private let configuration: HTTPClient.Configuration
    private let mailbox = Guarded(Mailbox())
    private let multi: UnsafeMutableRawPointer
    private var running: [UInt: Transfer] = [:]

    init(_ configuration: HTTPClient.Configuration) {
        precondition(CurlLibrary.isReady, "libcurl cannot start")
        guard let multi = unsafe curl_multi_init() else { preconditionFailure("libcurl: out of memory") }
        unsafe self.multi = unsafe multi
        self.configuration = configuration
    }

    /// Starts the thread; it keeps the loop alive until `stop()`.
    func start() {
        let thread = Thread { self.run() }
        thread.name = "curl"
        thread.start()
    }

    /// Ends the thread; what still runs fails with `clientClosed`.
    func stop() {
        mailbox.withLock {
            $0.isStopping = true
            if !$0.isGone { unsafe curl_multi_wakeup(multi) }
        }
    }

    /// Hands a command to the thread; after the end, a new transfer fails at once.
    func post(_ command: Command) {
        let isGone = mailbox.withLock {
            guard !$0.isGone else { return true }
            $0.commands.append(command)
            // Under the lock: the handle cannot be freed meanwhile.
            unsafe curl_multi_wakeup(multi)
            return false
        }
        if isGone, case .start(let transfer) = command { transfer.finish(.failure(.clientClosed)) }
    }
}

// MARK: - The thread

extension TransferLoop {
    private func run() {
        blockBrokenPipeSignal()
        while true {
            let (commands, isStopping) = mailbox.withLock { box in
                defer { box.commands = [] }
                return (box.commands, box.isStopping)
            }
            commands.forEach(obey)
            if isStopping { break }
            var count: Int32 = 0
            let code = unsafe curl_multi_perform(multi, &count)
            if code != CURLM_OK { failAll(.failed(code: Int(code.rawValue), "curl_multi_perform")) }
            reapFinished()
            reapStalled(at: .now)
            unsafe curl_multi_poll(multi, nil, 0, pollMilliseconds(from: .now), nil)
        }
        close()
    }

    private func obey(_ command: Command) {
        switch command {
        case .start(let transfer): begin(transfer)
        case .resume(let transfer):
            guard let handle = transfer.handle else { return }
            transfer.heard()
            unsafe curl_easy_pause(handle.pointer, CURLPAUSE_CONT)
        case .cancel(let transfer): end(transfer, .failure(.cancelled))
        }
    }

    private func begin(_ transfer: Transfer) {
        // Cancelled before it began.
        guard !transfer.isOver else { return }
        do {
            let handle = try EasyHandle(for: transfer, configuration)
            transfer.handle = handle
            transfer.heard()
            running[handle.address] = transfer
            unsafe curl_multi_add_handle(multi, handle.pointer)
        } catch {
            transfer.finish(.failure(error))
        }
    }

    /// By the transfer, never by the address of its handle: curl gives a freed address to the next transfer.
    private func end(_ transfer: Transfer, _ result: Result<Void, HTTPClientError>) {
        if let handle = transfer.handle {
            running[handle.address] = nil
            unsafe curl_multi_remove_handle(multi, handle.pointer)
            transfer.handle = nil
        }
        transfer.finish(result)
    }

    private func reapFinished() {
        var remaining: Int32 = 0
        while let message = unsafe curl_multi_info_read(multi, &remaining) {
            let address = unsafe UInt(bitPattern: message.pointee.easy_handle)
            guard unsafe message.pointee.msg == CURLMSG_DONE,
                let transfer = running[address], let handle = transfer.handle
            else { continue }
            let code = unsafe ff_curl_message_result(message)
            end(transfer, code == CURLE_OK ? .success(()) : .failure(transfer.explain(handle.error(code))))
        }
    }

    private func reapStalled(at now: ContinuousClock.Instant) {
        for transfer in Array(running.values) {
            guard let deadline = transfer.stallDeadline, deadline <= now else { continue }
            let limit = transfer.request.timeLimits.stall ?? .zero
            end(transfer, .failure(.timedOut("nothing was heard for \(limit)")))
        }
    }

    /// Until the next silence becomes too long; curl shortens it by its own timers and sockets.
    private func pollMilliseconds(from now: ContinuousClock.Instant) -> Int32 {
        let deadlines = running.values.compactMap(\.stallDeadline)
        guard let next = deadlines.min() else { return 60_000 }
        let wait = (next - now) / .milliseconds(1)
        return Int32(max(1, min(wait.rounded(.up), 60_000)))
    }

    private func failAll(_ error: HTTPClientError) {
        for transfer in Array(running.values) { end(transfer, .failure(error)) }
    }

    private func close() {
        let late = mailbox.withLock { box in
            box.isGone = true
            defer { box.commands = [] }
            return box.commands
        }
        for case .start(let transfer) in late { transfer.finish(.failure(.clientClosed)) }
        failAll(.clientClosed)
        unsafe curl_multi_cleanup(multi)
    }

    /// With NOSIGNAL, curl leaves SIGPIPE to us; blocked here, a broken TLS socket is an error and not a death.
    private func blockBrokenPipeSignal() {
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe sigaddset(&signals, SIGPIPE)
        unsafe pthread_sigmask(SIG_BLOCK, &signals, nil)
    }
}
