/// A range of bytes read piece by piece, each only when the client has taken the one before.
actor Pieces {
    private var bounds: Range<Int64>
    private let piece: Int
    private let read: @Sendable (Int64, Int) async throws -> [UInt8]

    init(bounds: Range<Int64>, piece: Int, read: @escaping @Sendable (Int64, Int) async throws -> [UInt8]) {
        self.bounds = bounds
        self.piece = piece
        self.read = read
    }

    nonisolated var stream: AsyncThrowingStream<[UInt8], any Error> {
        AsyncThrowingStream { try await self.next() }
    }

    private func next() async throws -> [UInt8]? {
        guard !bounds.isEmpty else { return nil }
        let bytes = try await read(bounds.lowerBound, Int(min(Int64(piece), bounds.upperBound - bounds.lowerBound)))
        bounds =
            bytes.isEmpty
            ? bounds.upperBound..<bounds.upperBound : bounds.lowerBound + Int64(bytes.count)..<bounds.upperBound
        return bytes.isEmpty ? nil : bytes
    }
}
