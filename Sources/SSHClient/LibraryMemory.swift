import CSSH2

/// Memory the library writes to; it outlives a call that was left half way, and frees itself with its last user.
///
/// `@unchecked Sendable`: only the session that made it uses it, on its own thread; the closures that hold it never
/// leave the session's actor.
@safe final class Buffer: @unchecked Sendable {
    let bytes: UnsafeMutablePointer<CChar>
    let capacity: Int

    init(capacity: Int) {
        unsafe bytes = .allocate(capacity: capacity)
        self.capacity = capacity
    }

    deinit { unsafe bytes.deallocate() }

    /// The first `count` bytes; to be copied before the next call.
    func prefix(_ count: Int) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: bytes, count: min(count, capacity))
    }
}
