import ArgumentParser
import Foundation

/// `farfield upload`: files become artifacts.
struct UploadFiles: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "upload",
        abstract: "Upload files; each gets the name of its SHA-256.",
        discussion: """
            A cut connection or a restart of the gateway only takes time: the upload goes on where it stood. What the
            gateway keeps is compared with the file's SHA-256. Manifests name the file by the digest that is printed.

            Examples:
              farfield upload night-12.fits
              farfield upload *.fits --account TG-AST123 --retention 90d
              digest=$(farfield upload --quiet catalogue.csv)
            """
    )

    private struct Uploaded: Encodable {
        var digest: String
        var size: Int64
        var name: String
    }

    private struct UploadedList: Encodable {
        var items: [Uploaded]
        var next: String?
    }

    @Argument(help: ArgumentHelp("The files.", valueName: "file"), completion: .file())
    var files: [String]

    @Option(help: "The allocation whose quota they count against; your name when left out.")
    var account: String?

    @Option(help: ArgumentHelp("How long they are kept, such as 90d.", valueName: "time"))
    var retention: String?

    @Flag(help: "Print the digests alone, and no progress.")
    var quiet = false

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let client = options.connect()
        var done: [Uploaded] = []
        for file in files {
            let uploaded = try await upload(file, client)
            done.append(uploaded)
            if options.json { continue }
            try Console.standard.line(quiet ? uploaded.digest : "\(uploaded.digest)  \(printable(uploaded.name))")
        }
        guard options.json else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        try Console.standard.write(Array(try encoder.encode(UploadedList(items: done, next: nil))) + [0x0a])
    }

    private func upload(_ file: String, _ client: RESTClient) async throws -> Uploaded {
        let size = (try? FileManager.default.attributesOfItem(atPath: file))?[.size] as? NSNumber
        let view = UploadView(file, size: size?.int64Value ?? 0, isQuiet: quiet || options.json, on: .standard)
        let wishes = FileUpload.Wishes(account: account, retention: retention)
        let upload = FileUpload(client: client, path: file, wishes: wishes) { try await view.show($0) }
        do {
            let (digest, size) = try await upload.run()
            try await view.close()
            return Uploaded(digest: digest, size: size, name: upload.name)
        } catch var failure as RequestFailure {
            try await view.close()
            failure.subject = file
            throw failure
        }
    }
}
