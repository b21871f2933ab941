import Foundation
import Gateway
import Logging

/// Shows the first admin's token, once.
enum FirstTokenNotice {
    /// Shows the token to whoever started the gateway in a terminal; logs and journals, which others read, only learn
    /// where it is.
    static func show(_ token: String, home: String, logger: Logger) throws {
        logger.notice("the admin's token was written", metadata: ["file": "\(home)/admin.token"])
        guard isatty(1) == 1 else { return }
        try Console.standard.line(
            """

              The admin's token, shown this once (\(home)/admin.token holds it for the command line here):

                \(token)

            """
        )
    }
}
