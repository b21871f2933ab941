import Attestation
import Documents
import Testing

@testable import Provenance

/// Records of every kind that is looked at, each a fixed value.
enum Samples {
    static let all: [Sample] = [
        Sample("published", published), Sample("failed", failed), Sample("array", array),
        Sample("cached", cached), Sample("container", container), Sample("hostile", hostile),
        Sample("simulated", simulated),
    ]

    /// A record and the files it tells of.
    struct Sample: CustomTestStringConvertible {
        let name: String
        let manifest: ReproducibilityManifest
        var testDescription: String { name }

        init(_ name: String, _ manifest: ReproducibilityManifest) {
            self.name = name
            self.manifest = manifest
        }
    }

    static let moment = Moment(microseconds: 1_795_203_365_123_000)

    static func later(_ seconds: Int64) -> Moment { Moment(microseconds: moment.microseconds + seconds * 1_000_000) }

    static func digest(_ text: String) -> SHA256Digest { SHA256Digest(of: text.utf8) }

    /// The bytes of an output or log in the samples are its own path.
    static func output(_ path: String, _ type: String?) -> Output {
        Output(path: path, digest: digest(path), size: Int64(path.utf8.count), mediaType: type)
    }

    static func log(_ name: String) -> LogFile {
        LogFile(name: name, digest: digest(name), size: Int64(name.utf8.count))
    }

    private static func base(_ number: Int, state: Ending.State) -> ReproducibilityManifest {
        let text = "#!/bin/bash\n{{{directives}}}\n{{{command}}}\n"
        let template = Template(name: "gpu", digest: digest(text), version: "1.2.0", text: text)
        guard let id = RecordID("0b54a2a6-8a0e-4a54-9f6d-3a0a9cd1b7e\(number)") else { preconditionFailure() }
        return ReproducibilityManifest(
            id: id,
            gateway: GatewayIdentity(baseURL: "https://gw.example.org", name: "Example gateway", version: "0.5.0"),
            job: JobIdentity(id: "job_\(number)", name: "calibrate night \(number)"),
            place: Place(site: "local"),
            ending: Ending(state),
            program: Program(template: template),
            owner: Person(name: "ada")
        )
    }

    private static var complete: ReproducibilityManifest {
        var record = base(1, state: .completed)
        record.gateway.email = "desk@example.org"
        record.place.cluster = "a"
        record.place.partition = "normal"
        record.place.slurmVersion = "22.05.8"
        record.place.slurmJobID = "4711"
        record.hardware.nodes = 2
        record.hardware.cpuModel = "AMD EPYC 7763"
        record.hardware.cpuCount = 16
        record.hardware.gpuModel = "NVIDIA A100"
        record.hardware.gpuCount = 2
        record.hardware.gpuDriver = "550.54"
        record.hardware.memoryBytes = 17_179_869_184
        record.ending.exitCode = 0
        record.ending.elapsedSeconds = 61
        record.ending.submittedAt = moment
        record.ending.startedAt = later(10)
        record.ending.finishedAt = later(71)
        record.ending.retainUntil = later(86_400 * 90)
        record.ending.accounting = ["AllocTRES": "cpu=16,mem=16G,gres/gpu=2", "TotalCPU": "00:01:01"]
        record.ending.accountingRecord = digest("accounting")
        record.program.script = digest("script")
        record.program.command = .words(["python3", "calibrate.py", "--flux"])
        record.program.parameters = ["flux_limit": "0.5", "mode": "deep"]
        record.program.template.parameters = [
            DeclaredParameter(name: "flux_limit", kind: .number, defaultValue: "1.0"),
            DeclaredParameter(name: "mode", kind: .text),
        ]
        record.program.environment = ["OMP_NUM_THREADS": "4"]
        record.program.modules = ["gcc/12", "openmpi"]
        record.program.declaredOutputs = ["results/**"]
        record.models = [
            Model(
                name: "detector",
                uri: "https://models.example.org/detector",
                commit: "5ab2f8a4323abafb10abb68657d9d39f1a775057",
                digest: digest("model")
            )
        ]
        record.inputs = inputs
        record.outputs = [output("results/table.csv", "text/csv"), output("results/sky.fits", "image/fits")]
        record.logs = [log("stdout.log"), log("stderr.log")]
        record.owner = Person(name: "ada", fullName: "Ada Lovelace", orcid: "0000-0002-1825-0097")
        record.approval = Approval(by: "grace", at: later(5), reason: "fits the allocation")
        record.recipe = digest("recipe")
        record.internalDetails = InternalDetails(
            account: "TG-BIO1",
            nodeList: "node[01-02]",
            workFolder: "/home/ada/farfield/ff-job_1-1"
        )
        return record
    }

    private static var inputs: [Input] {
        var sky = Input(
            slot: "data/sky.fits",
            uri: "s3://survey/sky.fits",
            kind: .bucket,
            digest: .sha256(digest("sky"))
        )
        sky.size = 2880
        sky.version = "2026.1"
        sky.mediaType = "image/fits"
        sky.resolvedAt = later(1)
        let again = Input(
            slot: "again.fits",
            uri: "s3://survey/sky.fits",
            kind: .bucket,
            digest: .sha256(digest("sky"))
        )
        let home = Input(
            slot: "flat.fits",
            uri: "file:///home/ada/flat.fits",
            kind: .siteFile,
            digest: .sha256(digest("flat"))
        )
        let folder = Input(
            slot: "darks",
            uri: "file:///home/ada/darks/",
            kind: .siteFolder,
            digest: .folder(digest("darks"))
        )
        let inline = Input(slot: "calibrate.py", uri: nil, kind: .inline, digest: .sha256(digest("program")))
        return [sky, again, home, folder, inline]
    }

    static let published: ReproducibilityManifest = {
        var record = complete
        record.publication = Publication(
            title: "Calibration of night 1",
            authors: [
                Person(
                    name: "Ada Lovelace",
                    orcid: "0000-0002-1825-0097",
                    affiliation: "Example University",
                    ror: "https://ror.org/02mhbdp94"
                ), Person(name: "Grace Hopper", affiliation: "Example University", ror: "https://ror.org/02mhbdp94"),
            ],
            licence: "CC-BY-4.0",
            abstract: "Fluxes of one night, calibrated.",
            keywords: ["calibration", "photometry"],
            version: "1",
            doi: "10.5072/farfield.1",
            publishedAt: later(3600)
        )
        return record
    }()

    /// Nothing is known but that it failed, and when the gateway heard of it.
    static let failed: ReproducibilityManifest = {
        var record = base(2, state: .failed)
        record.program.template.text = nil
        record.program.template.version = nil
        record.ending.finishedAt = later(3)
        return record
    }()

    /// A job that agents played at a simulated site, one of them with a model whose digest is known.
    static let simulated: ReproducibilityManifest = {
        var record = complete
        record.id = base(7, state: .completed).id
        record.place = Place(site: "simulator")
        record.place.isSimulated = true
        record.place.partition = "simulated"
        record.place.slurmJobID = "12"
        record.hardware = Hardware()
        record.ending.accounting = [:]
        record.models = [
            Model(name: "mistral", uri: URIText.named(digest("weights")), digest: digest("weights"))
        ]
        return record
    }()

    static let array: ReproducibilityManifest = {
        var record = complete
        record.id = base(3, state: .timedOut).id
        record.ending = Ending(.timedOut)
        record.ending.signal = 15
        record.ending.reason = "the walltime of 1 h was over"
        record.ending.finishedAt = later(3600)
        record.place.arrayTasks = "0-99:5"
        record.hardware.gpuCount = 0
        record.hardware.gpuModel = nil
        record.hardware.gpuDriver = nil
        record.outputs = []
        record.replayOf = digest("parent")
        return record
    }()

    static let cached: ReproducibilityManifest = {
        var record = complete
        record.id = base(4, state: .completed).id
        record.cacheOrigin = CacheOrigin(record: digest("entry"), job: "job_1", computedAt: moment)
        record.inputs = []
        record.logs = []
        return record
    }()

    static let container: ReproducibilityManifest = {
        var record = complete
        record.id = base(5, state: .completed).id
        record.container = Container(
            image: "ghcr.io/example/tool:1.4",
            kind: .registry,
            manifestDigest: digest("manifest"),
            fileDigest: digest("file")
        )
        return record
    }()

    static let hostile: ReproducibilityManifest = {
        var record = published
        record.id = base(6, state: .failed).id
        record.ending.state = .failed
        record.ending.reason = #"</script><script>alert("1")</script> & {\} $x `y` --> ☄️ 𝒳"#
        let name = #"a "b" </script> %41%zz #é☄ ?&=$`\{}.txt"#
        record.job.name = name
        record.outputs = [output(name, nil), output("--flag", nil), output(" lead/trail ", nil)]
        record.inputs.append(Input(slot: name, uri: "https://x.example/\(name)", kind: .web, digest: nil))
        record.program.parameters[name] = name
        record.program.environment["X"] = "\u{7f}\u{1}\n\"</script>"
        record.program.command = .line("echo '\(name)'\n")
        record.container = Container(image: "/home/ada/my image.sqfs", kind: .squashFS, fileDigest: digest("image"))
        record.owner = Person(name: #"o'"<brien>"#)
        record.publication?.title = name
        record.publication?.abstract = name + "\n\n" + name
        record.publication?.authors = [
            Person(name: #"<b>"É" & {Co}"#, affiliation: "A & B <C>", ror: "https://ror.org/02mhbdp94")
        ]
        record.publication?.keywords = [#"<i>"#, "a,b"]
        return record
    }()
}
