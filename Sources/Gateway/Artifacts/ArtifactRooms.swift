internal import Logging
internal import Storage

/// Where artifacts and uploads lie: below the state folder, artifacts perhaps in a bucket.
enum ArtifactRooms {
    /// The library of a configuration.
    static func library(
        _ configuration: GatewayConfiguration,
        _ database: any Database,
        _ keeper: TimeKeeper,
        _ logger: Logger
    ) -> ArtifactLibrary {
        let folder = "\(configuration.home)/artifacts"
        return ArtifactLibrary(
            database: database,
            store: store(configuration, keeper),
            arrivals: "\(folder)/incoming",
            policy: configuration.storage,
            keeper: keeper,
            logger: logger
        )
    }

    /// Where bytes that have their name lie: in the bucket of the configuration, else in files.
    static func store(_ configuration: GatewayConfiguration, _ keeper: TimeKeeper) -> any ArtifactStore {
        configuration.storage.bucket.map { $0.store(keeper) }
            ?? FileArtifactStore(folder: "\(configuration.home)/artifacts")
    }

    /// The files of uploads of a configuration.
    static func uploads(_ configuration: GatewayConfiguration) -> UploadFiles {
        UploadFiles(folder: "\(configuration.home)/artifacts/uploads")
    }
}
