/// How to reach a server and how patient to be with it.
struct PostgreSQLOptions: Sendable {
    /// The connection URI.
    let uri: String
    /// How many times a transaction is tried when others are in the way or the connection is lost before the commit.
    var attempts = 8
    /// Waits before the next attempt, on a thread that may block; its argument counts the attempts made.
    var pause: @Sendable (Int) -> Void

    /// Ends statements that run away, and transactions whose program was frozen or cut off in the middle: bodies wait for
    /// nothing but the database, and the rows they hold would keep another gateway from taking over.
    let setup = """
        SET statement_timeout = '30s';
        SET idle_in_transaction_session_timeout = '5s';
        SET standard_conforming_strings = on;
        SET bytea_output = 'hex';
        SET extra_float_digits = 1
        """
}
