internal import Foundation
internal import Storage

/// The right to append to an upload: one holder at a time, over all gateways, lost soon after its gateway dies.
struct UploadLease: Sendable {
    private static let duration = Duration.seconds(15)

    let id: UploadID
    let database: any Database
    let keeper: TimeKeeper
    /// Who holds it.
    let holder = UUID().uuidString

    /// Takes it and holds it as long as a body runs.
    ///
    /// - Throws: ``GatewayError`` of kind `uploadLocked` while somebody else has it, or when it was lost.
    func held<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) async throws -> T {
        guard try await take() else { throw Self.locked(id) }
        do {
            let value = try await withThrowingTaskGroup(of: T?.self) { group in
                group.addTask {
                    while true {
                        try await Task.sleep(for: Self.duration / 3)
                        guard try await take() else { throw Self.locked(id) }
                    }
                }
                group.addTask { try await body() }
                defer { group.cancelAll() }
                guard let value = try await group.next() ?? nil else { throw CancellationError() }
                return value
            }
            try await leave()
            return value
        } catch {
            try? await leave()
            throw error
        }
    }

    private func take() async throws -> Bool {
        let now = keeper.now()
        return try await database.transaction {
            try UploadStore.take(id, writer: holder, at: now, until: now + Self.duration, on: $0)
        }
    }

    private func leave() async throws {
        try await database.transaction { try UploadStore.leave(id, writer: holder, on: $0) }
    }

    static func locked(_ id: UploadID) -> GatewayError {
        GatewayError(
            .uploadLocked,
            "Somebody appends to the upload \(id) now, perhaps a connection of yours that was cut. Try again soon."
        )
    }
}
