internal import Glibc

/// How many descriptors this process may have open (getrlimit(2), `RLIMIT_NOFILE`).
package enum OpenFiles {
    /// Raises the soft limit to the hard one.
    ///
    /// - Returns: the limit that holds now.
    package static func raiseLimit() -> Int {
        var limit = rlimit()
        let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard unsafe getrlimit(resource, &limit) == 0 else { return 1024 }
        let soft = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        guard unsafe setrlimit(resource, &limit) == 0 else { return Int(clamping: soft) }
        return Int(clamping: limit.rlim_cur)
    }
}
