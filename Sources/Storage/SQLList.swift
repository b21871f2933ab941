/// Lists of parameters for `IN (…)` and `VALUES (…)`, the same on both engines.
package enum SQLList {
    /// The text `$from,$from+1,…` for `count` parameters.
    ///
    /// An empty list gives `NULL`, so that `IN (…)` stays valid SQL and matches nothing. Both engines take at most
    /// 32,766 parameters in a statement.
    package static func placeholders(from first: Int, count: Int) -> String {
        guard count > 0 else { return "NULL" }
        return (first..<first + count).map { "$\($0)" }.joined(separator: ",")
    }
}
