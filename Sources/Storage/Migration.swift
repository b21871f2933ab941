/// One step of a module's schema; once released it is never changed.
package struct Migration: Sendable {
    /// The module whose tables these are; every module counts on its own.
    package let module: String
    /// 1, 2, 3… within the module, without gaps.
    package let number: Int
    /// What the step does, in a few words; kept in the database.
    package let name: String
    /// The statements for an engine, one command each.
    package let statements: @Sendable (Dialect) -> [String]

    /// Describes a step of a module's schema.
    package init(
        module: String,
        number: Int,
        name: String,
        statements: @escaping @Sendable (Dialect) -> [String]
    ) {
        self.module = module
        self.number = number
        self.name = name
        self.statements = statements
    }
}
