internal import Logging
internal import Storage

/// Where artifacts and uploads lie, below the state folder.
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
            store: FileArtifactStore(folder: folder),
            arrivals: "\(folder)/incoming",
            policy: configuration.storage,
            keeper: keeper,
            logger: logger
        )
    }

    /// The files of uploads of a configuration.
    static func uploads(_ configuration: GatewayConfiguration) -> UploadFiles {
        UploadFiles(folder: "\(configuration.home)/artifacts/uploads")
    }
}
