/// A response whose body is still coming.
package struct HTTPStreamedResponse: Sendable {
    /// Status and fields.
    package let head: HTTPResponseHead
    /// The body; letting it go aborts the transfer.
    package let body: HTTPBody
}

/// The bytes of a response as they come, in pieces of any size; read it once, by one reader.
package struct HTTPBody: AsyncSequence, Sendable {
    /// A piece, never empty.
    package typealias Element = [UInt8]
    /// What breaks a body off.
    package typealias Failure = HTTPClientError

    private let reading: Reading

    init(_ transfer: Transfer, of client: HTTPClient) {
        reading = Reading(transfer, of: client)
    }

    /// A reader of the bytes.
    package func makeAsyncIterator() -> Iterator {
        Iterator(reading: reading)
    }

    /// Reads piece after piece; `nil` once the response is complete.
    package struct Iterator: AsyncIteratorProtocol {
        fileprivate let reading: Reading

        /// The next bytes, never empty.
        package mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(HTTPClientError) -> [UInt8]? {
            try await reading.transfer.nextChunk()
        }
    }

    /// Lives as long as somebody may still read, and keeps the client alive with it.
    fileprivate final class Reading: Sendable {
        let transfer: Transfer
        private let client: HTTPClient

        init(_ transfer: Transfer, of client: HTTPClient) {
            self.transfer = transfer
            self.client = client
        }

        deinit {
            transfer.cancel()
        }
    }
}
