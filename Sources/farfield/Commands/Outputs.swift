import ArgumentParser
import Foundation

/// `farfield outputs`: the files a job has left.
struct Outputs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outputs",
        abstract: "List a job's output files, or download them.",
        discussion: """
            Files are written below DIR and nowhere else; each is complete, or it is not there. A file that is
            already there is replaced.

            Examples:
              farfield outputs job_01hzy...
              farfield outputs job_01hzy... --download results
            """
    )

    private struct Downloaded: Encodable {
        var path: String
        var size: Int
        var file: String
    }

    private struct DownloadedList: Encodable {
        var items: [Downloaded]
        var next: String?
    }

    @Argument(help: ArgumentHelp("The job.", valueName: "id"), completion: Completions.jobs)
    var id: String

    @Option(help: ArgumentHelp("Download all files into this folder.", valueName: "dir"), completion: .directory)
    var download: String?

    @OptionGroup var options: ClientOptions

    func run() async throws {
        let client = options.connect()
        let answer = try await client.get(RequestTarget("jobs", id, "outputs"))
        let outputs = try answer.decode(Wire.Page<Wire.Output>.self).items
        if let download {
            try await fetch(outputs, client, into: OutputFolder(path: download))
        } else if options.json {
            try Console.standard.write(answer.body + [0x0a])
        } else if outputs.isEmpty {
            Console.standard.note("No outputs.")
        } else {
            var table = Table("PATH", "SIZE", "TYPE", "DIGEST")
            for output in outputs {
                table.add(output.path, ByteCount.text(output.size), output.mediaType, output.digest)
            }
            try table.print(on: .standard)
        }
    }

    private func fetch(_ outputs: [Wire.Output], _ client: RESTClient, into folder: OutputFolder) async throws {
        // All names are judged before the first byte is written.
        let places = try outputs.map { ($0, try OutputPath($0.path)) }
        var done: [Downloaded] = []
        for (output, path) in places {
            let file = try await OutputDownload(client: client, jobID: id, output: output).run(to: path, in: folder)
            done.append(Downloaded(path: output.path, size: output.size, file: file))
            if !options.json {
                try Console.standard.line("\(printable(file))  \(ByteCount.text(output.size))")
            }
        }
        if options.json {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
            try Console.standard.write(Array(try encoder.encode(DownloadedList(items: done, next: nil))) + [0x0a])
        } else if done.isEmpty {
            Console.standard.note("No outputs.")
        }
    }
}
