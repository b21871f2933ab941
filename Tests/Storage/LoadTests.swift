import Dispatch
import Logging
import Storage
import Testing

/// How busy a database says it is.
@Suite struct LoadTests {
    @Test(arguments: Engine.allCases)
    func whatRunsAndWhatWaitsIsTold(_ engine: Engine) async throws {
        try await engine.withLocation { location in
            let connections = 2
            let database = MeteredDatabase(
                try await location.open(connections: connections, logger: Logger(label: "test")),
                connections: connections
            )
            let begun = DispatchSemaphore(value: 0)
            let free = DispatchSemaphore(value: 0)
            // SQLite has one writer; PostgreSQL as many as it has connections.
            let writers = engine == .sqlite ? 1 : connections
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<writers + 1 {
                    group.addTask {
                        try await database.transaction { _ in
                            begun.signal()
                            free.wait()
                        }
                    }
                }
                // Whatever happens here, the transactions must end.
                defer { for _ in 0..<writers + 1 { free.signal() } }
                for _ in 0..<writers { await Self.wait(for: begun) }
                while database.load.running + database.load.waiting < writers + 1 {
                    try await Task.sleep(for: .milliseconds(5))
                }
                #expect(database.load.running == writers)
                #expect(database.load.waiting == 1)
                for _ in 0..<writers + 1 { free.signal() }
                try await group.waitForAll()
            }
            #expect(database.load.running + database.load.waiting == 0)
            #expect(database.load.connections == (engine == .sqlite ? 3 : 2))
            await database.close()
        }
    }

    /// Waits on a thread that may block.
    private static func wait(for semaphore: DispatchSemaphore) async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                semaphore.wait()
                continuation.resume()
            }
        }
    }
}
