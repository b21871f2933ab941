package import LanguageModels
package import Logging
package import Storage
package import TaskQueue

/// What a site that lives within the gateway stands on.
package struct SiteGround: Sendable {
    /// The gateway's database; the site keeps tables of its own in it.
    package let database: any Database
    /// Durable background work.
    package let queue: TaskStore
    /// Asks for looks at sites.
    package let tasks: JobTasks
    /// The gateway's state folder.
    package let home: String
    /// Asks language models.
    package let models: ModelDesk
    /// Tells the time.
    package let keeper: TimeKeeper
    /// Where an operator reads.
    package let logger: Logger
}

/// Makes the sites of a kind that a wing knows, from their configuration.
package struct SiteMaker: Sendable {
    /// The kind.
    package let kind: SiteKind
    /// Makes one; nothing is opened before it is used.
    package let make: @Sendable (SiteConfiguration, SiteGround) -> any Site

    /// A maker.
    package init(kind: SiteKind, make: @escaping @Sendable (SiteConfiguration, SiteGround) -> any Site) {
        self.kind = kind
        self.make = make
    }
}
