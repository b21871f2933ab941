import CSSH2
import Glibc
import Synchronization

/// The thread of one connection: runs its actor's work and, between, waits in poll(2) for the socket.
///
/// `@unchecked Sendable`: `inbox` is behind a lock; `wire`, `waiters`, `sentinel` and `ignoreInputUntil` are touched
/// only by the thread itself, which `assertCurrent` checks where they come in.
final class ConnectionThread: SerialExecutor, @unchecked Sendable {
    private struct Inbox {
        var jobs: [UnownedJob] = []
        var wakesAll = false
        var isStopping = false
        var isSignalled = false
        var thread: pthread_t?
    }

    private struct Waiter {
        let continuation: CheckedContinuation<Void, Never>
        let seen: UInt64
        let deadline: ContinuousClock.Instant
        /// A second socket that may wake it, and for what.
        var companion: (socket: Int32, events: Int16)?
        /// Whether input on the connection itself is for it.
        var isListening = true
    }

    let wire = Wire()
    private let inbox = Mutex(Inbox())
    private let bell: Int32
    private var waiters: [Waiter] = []
    /// The one that watches an otherwise unused connection.
    private var sentinel: Waiter?
    private var ignoreInputUntil: ContinuousClock.Instant?

    /// Starts the thread; it lives until `stop`.
    init() throws(SystemFailure) {
        bell = eventfd(0, Int32(EFD_NONBLOCK) | Int32(EFD_CLOEXEC))
        guard bell >= 0 else { throw SystemFailure(errno) }
        var thread = pthread_t()
        // The thread keeps a reference to this object until its loop has ended.
        let retained = unsafe Unmanaged.passRetained(self)
        let code = unsafe pthread_create(
            &thread,
            nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<ConnectionThread>.fromOpaque(argument).takeRetainedValue().loop()
                return nil
            },
            retained.toOpaque()
        )
        guard code == 0 else {
            unsafe retained.release()
            throw SystemFailure(code)
        }
        pthread_detach(thread)
    }

    deinit { close(bell) }

    // MARK: - From any thread

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        post { $0.jobs.append(job) }
    }

    /// Lets every waiter look again, for one of them may have been cancelled.
    func interrupt() { post { $0.wakesAll = true } }

    /// Ends the thread after the work that is there.
    ///
    /// Only when no more can come.
    func stop() { post { $0.isStopping = true } }

    func checkIsolated() { assertCurrent() }

    func isIsolatingCurrentContext() -> Bool? { inbox.withLock { $0.thread } == pthread_self() }

    private func post(_ change: (inout sending Inbox) -> Void) {
        let mustRing = inbox.withLock { inbox in
            change(&inbox)
            defer { inbox.isSignalled = true }
            return !inbox.isSignalled
        }
        if mustRing { _ = eventfd_write(bell, 1) }
    }

    // MARK: - On the thread

    /// Waits until something has happened on the connection since `seen`, or the deadline has passed.
    func register(
        _ continuation: CheckedContinuation<Void, Never>,
        since seen: UInt64,
        until deadline: ContinuousClock.Instant
    ) {
        assertCurrent()
        ignoreInputUntil = nil
        waiters.append(Waiter(continuation: continuation, seen: seen, deadline: deadline))
    }

    /// Waits for a second socket too.
    ///
    /// - Parameters:
    ///   - continuation: whom to wake.
    ///   - seen: the activity that he knows of.
    ///   - companion: the other socket and the events of poll(2) that count.
    ///   - isListening: whether input on the connection is for it.
    func register(
        _ continuation: CheckedContinuation<Void, Never>,
        since seen: UInt64,
        companion: (socket: Int32, events: Int16),
        isListening: Bool
    ) {
        assertCurrent()
        ignoreInputUntil = nil
        waiters.append(
            Waiter(
                continuation: continuation,
                seen: seen,
                deadline: .now + .seconds(60),
                companion: companion,
                isListening: isListening
            )
        )
    }

    /// Waits for the end of the connection, for input that nobody fetches, or for the deadline.
    func registerSentinel(_ continuation: CheckedContinuation<Void, Never>, until deadline: ContinuousClock.Instant) {
        assertCurrent()
        sentinel = Waiter(continuation: continuation, seen: 0, deadline: deadline)
    }

    private func assertCurrent() {
        precondition(isIsolatingCurrentContext() == true, "off the connection's thread")
    }

    private func loop() {
        inbox.withLock { $0.thread = pthread_self() }
        while true {
            let (jobs, wakesAll, isStopping) = inbox.withLock { inbox in
                defer {
                    inbox.jobs = []
                    inbox.wakesAll = false
                    inbox.isSignalled = false
                }
                return (inbox.jobs, inbox.wakesAll, inbox.isStopping)
            }
            for job in jobs { unsafe job.runSynchronously(on: asUnownedSerialExecutor()) }
            if wakesAll { wakeAll() }
            if wakesAll || !jobs.isEmpty { continue }
            if isStopping { return }
            wire.flush()
            if !wakeStale() { waitForEvents() }
        }
    }

    private func wakeAll() {
        wake { _ in true }
        wakeSentinel()
    }

    private func wakeSentinel() {
        sentinel?.continuation.resume()
        sentinel = nil
    }

    @discardableResult
    private func wake(where isDue: (Waiter) -> Bool) -> Bool {
        let due = waiters.filter(isDue)
        guard !due.isEmpty else { return false }
        waiters.removeAll(where: isDue)
        for waiter in due { waiter.continuation.resume() }
        return true
    }

    /// A call for one channel reads the packets of all: whoever waited before those came must look again.
    private func wakeStale() -> Bool {
        let isLost = wire.failure != 0 && sentinel != nil
        if isLost { wakeSentinel() }
        return wake { $0.seen != wire.activity } || isLost
    }

    private func waitForEvents() {
        var now = ContinuousClock.now
        let isWanted =
            waiters.isEmpty ? ignoreInputUntil.map { $0 <= now } ?? true : waiters.contains(where: \.isListening)
        let isListening = wire.failure == 0 && isWanted
        var events = Int16(isListening ? POLLIN : 0)
        if wire.hasOutgoing { events |= Int16(POLLOUT) }
        var polled = [
            pollfd(fd: bell, events: Int16(POLLIN), revents: 0),
            pollfd(fd: events == 0 ? -1 : wire.socket, events: events, revents: 0),
        ]
        let companions = waiters.compactMap(\.companion)
        polled += companions.map { pollfd(fd: $0.socket, events: $0.events, revents: 0) }
        _ = unsafe poll(&polled, nfds_t(polled.count), timeout(at: now))
        if polled[0].revents != 0 {
            var count: eventfd_t = 0
            _ = unsafe eventfd_read(bell, &count)
        }
        now = .now
        if polled[1].revents & ~Int16(POLLOUT) != 0 { inputArrived(at: now) }
        let ready = Set(polled.dropFirst(2).filter { $0.revents != 0 }.map(\.fd))
        if !ready.isEmpty { wake { $0.companion.map { ready.contains($0.socket) } ?? false } }
        wake { $0.deadline <= now }
        if let sentinel, sentinel.deadline <= now { wakeSentinel() }
    }

    private func inputArrived(at now: ContinuousClock.Instant) {
        if wake(where: { _ in true }) { return }
        // Nobody waits for input. Somebody may come back for it in a moment (a slow reader); if not, the sentinel looks.
        if let until = ignoreInputUntil, until <= now {
            ignoreInputUntil = now + .milliseconds(500)
            wakeSentinel()
        } else {
            ignoreInputUntil = now + .milliseconds(200)
        }
    }

    private func timeout(at now: ContinuousClock.Instant) -> Int32 {
        let deadlines = waiters.map(\.deadline) + [sentinel?.deadline, ignoreInputUntil].compactMap { $0 }
        guard let first = deadlines.filter({ $0 != ignoreInputUntil || $0 > now }).min() else { return 60_000 }
        let wait = first - now
        let milliseconds = wait.components.seconds * 1000 + wait.components.attoseconds / 1_000_000_000_000_000
        return Int32(min(max(milliseconds + 1, 0), 60_000))
    }
}

/// An errno with the system's words for it.
struct SystemFailure: Error, CustomStringConvertible {
    let number: Int32
    init(_ number: Int32) { self.number = number }
    var description: String { unsafe String(cString: strerror(number)) }
}
