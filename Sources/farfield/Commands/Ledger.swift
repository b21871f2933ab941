import ArgumentParser

/// `farfield ledger`: whether the books of all allocations add up.
struct Ledger: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ledger",
        abstract: "Check that the books of all allocations add up.",
        subcommands: [VerifyLedger.self],
        defaultSubcommand: VerifyLedger.self
    )
}

/// `farfield ledger verify`.
struct VerifyLedger: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Hold every transaction, balance and job of the ledger to its rules.",
        discussion: """
            Every transaction sums to zero, every balance is the sum of its entries, every job was reserved once and \
            settled at most once. The exit code is 1 when something does not add up. Needs an admin's token.
            """
    )

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let answer = try await options.connect().get(RequestTarget("ledger", "verification"))
        let found: Wire.LedgerVerification = try answer.decode()
        if options.json {
            try Console.standard.write(answer.body + [0x0a])
        } else {
            for fault in found.faults {
                try Console.standard.line("\(printable(fault.subject)): \(printable(fault.reason))")
            }
            try Console.standard.line(
                (found.isSound ? "sound" : "NOT SOUND") + ": \(found.allocations) allocations, \(found.jobs) jobs,"
                    + " \(found.transactions) transactions, \(found.unsettled) ended jobs not settled yet"
            )
        }
        if !found.isSound { throw CommandFailure.silent(.jobNotCompleted) }
    }
}
