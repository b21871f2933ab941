internal import Glibc

/// The two calls that make a file survive a crash under its final name.
package enum DurableFile {
    /// A call to the system failed.
    package struct Failure: Error, Sendable, Hashable, CustomStringConvertible {
        /// What was tried, on what.
        package let action: String
        /// The error number of errno(3).
        package let number: Int32

        /// What was tried and why it failed.
        package var description: String {
            // Safe: the text of strerror(3) is copied before anything else can change it.
            unsafe "cannot \(action): \(strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)")"
        }
    }

    /// Gives a file another name at once, taking the place of what bears that name (rename(2)).
    ///
    /// - Parameters:
    ///   - source: the file; its bytes should be synchronised before.
    ///   - target: its new name, on the same file system.
    /// - Throws: ``Failure``.
    package static func rename(_ source: String, to target: String) throws(Failure) {
        // Safe: both texts live until the call returns.
        guard unsafe Glibc.rename(source, target) == 0 else {
            throw Failure(action: "rename '\(source)' to '\(target)'", number: errno)
        }
    }

    /// Waits until the names in a folder are on the disk (fsync(2)).
    ///
    /// - Parameter path: the folder.
    /// - Throws: ``Failure``.
    package static func synchronizeFolder(_ path: String) throws(Failure) {
        // Safe: the text lives until the call returns; the descriptor is closed in every case.
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0 else { throw Failure(action: "open the folder '\(path)'", number: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Failure(action: "synchronise the folder '\(path)'", number: errno) }
    }
}
