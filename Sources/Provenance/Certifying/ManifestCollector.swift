internal import Attestation
internal import Documents
internal import Gateway
internal import Slurm

/// Makes the one value of all documents from what the spine knows of an ended job.
///
/// What the spine does not know stays nil. Permissions in addresses (their queries) and values of variables whose names
/// tell of secrets do not travel (``Withheld``).
struct ManifestCollector: Sendable {
    let gateway: GatewayIdentity

    func manifest(of finished: FinishedJob, id: RecordID, origin: CacheOrigin?) -> ReproducibilityManifest {
        let job = finished.job
        var manifest = ReproducibilityManifest(
            id: id,
            gateway: gateway,
            job: JobIdentity(id: job.id.text, name: job.name),
            place: place(finished),
            ending: ending(finished),
            program: program(finished),
            owner: Person(name: job.owner)
        )
        manifest.hardware = origin == nil ? hardware(finished) : Hardware()
        manifest.container = finished.manifest?.container.map(container)
        manifest.models = models(finished)
        manifest.inputs = inputs(finished)
        manifest.outputs = finished.outputs.map { output in
            Output(
                path: output.path,
                digest: output.digest,
                size: output.size,
                mediaType: output.mediaType,
                retainUntil: finished.keptUntil.map(Self.moment)
            )
        }
        manifest.logs = finished.logs.map { LogFile(name: $0.path, digest: $0.digest, size: $0.size) }
        manifest.approval = finished.approvals.last.map { last in
            Approval(
                by: finished.approvals.map(\.person).joined(separator: ", "),
                at: Self.moment(last.at),
                reason: last.reason
            )
        }
        manifest.cacheOrigin = origin
        manifest.recipe = job.cache?.key.flatMap { SHA256Digest($0) }
        manifest.internalDetails = InternalDetails(
            account: finished.account,
            nodeList: job.slurm?.nodes,
            workFolder: nil
        )
        return manifest
    }

    /// Whose result a job was answered by, from that job's own manifest; nil when it ran itself.
    static func origin(of job: Job, _ original: Edition) -> CacheOrigin? {
        guard let cache = job.cache, cache.status == .hit, let other = cache.job else { return nil }
        return CacheOrigin(
            record: original.statement,
            job: other.text,
            computedAt: moment(cache.computedAt ?? original.createdAt)
        )
    }

    static func moment(_ timestamp: Timestamp) -> Moment { Moment(microseconds: timestamp.microseconds) }

    private func place(_ finished: FinishedJob) -> Place {
        let job = finished.job
        var place = Place(site: job.site)
        place.partition = job.slurm?.partition ?? finished.manifest?.resources.partition
        place.cluster = finished.node?.cluster
        place.slurmVersion = finished.node?.slurm
        place.slurmJobID = job.slurm?.jobId
        place.arrayTasks = finished.manifest?.array?.tasks
        place.isSimulated = isSimulated(finished)
        return place
    }

    /// The language models that decided something in a stage, where their servers told digests of their weights.
    ///
    /// Each decision, and what a model without a digest decided, stands in the job's own files.
    private func models(_ finished: FinishedJob) -> [Model] {
        var found: [Model] = []
        for stage in finished.job.stages {
            guard let model = stage.decisions["model"], let name = model["name"]?.stringValue,
                let text = model["digest"]?.stringValue,
                let digest = SHA256Digest(text) ?? SHA256Digest("sha256:\(text)"),
                !found.contains(where: { $0.name == name })
            else { continue }
            found.append(Model(name: name, uri: URIText.named(digest), digest: digest))
        }
        return found
    }

    /// A known result is simulated where the recipe that found it says so: nothing ran for the job itself.
    private func isSimulated(_ finished: FinishedJob) -> Bool {
        if finished.job.slurm?.isSimulated == true { return true }
        let recipe = finished.recipe.flatMap { try? JSONValue(json: $0.utf8) }
        let software = recipe?["platform"]?["software"]?.stringValue
        return software?.hasPrefix(SimulationPolicy.software) == true
    }

    private func hardware(_ finished: FinishedJob) -> Hardware {
        var hardware = Hardware()
        let allocated = finished.job.slurm?.tresAllocated ?? [:]
        hardware.nodes = allocated["node"].flatMap { Int($0) }
        hardware.cpuModel = finished.node?.cpuModel
        hardware.cpuCount = allocated["cpu"].flatMap { Int($0) }
        let gpus = allocated["gres/gpu"].flatMap { Int($0) }
        hardware.gpuCount = gpus ?? (allocated.isEmpty ? nil : 0)
        if (hardware.gpuCount ?? 0) > 0 {
            hardware.gpuModel = finished.node?.gpuModels.first
            hardware.gpuDriver = finished.node?.gpuDriver
        }
        hardware.memoryBytes = allocated["mem"].flatMap(Self.bytes)
        return hardware
    }

    /// Slurm's notation of memory, such as `4G` or `1500M`; without a letter it is mebibytes (slurm.conf(5)).
    static func bytes(_ text: String) -> Int64? {
        let units: [Character: Double] = ["K": 0x1p10, "M": 0x1p20, "G": 0x1p30, "T": 0x1p40, "P": 0x1p50]
        guard let last = text.last else { return nil }
        let factor = units[last] ?? 0x1p20
        guard let number = Double(units[last] == nil ? text : String(text.dropLast())), number >= 0, number < 1e9
        else { return nil }
        return Int64(number * factor)
    }

    private func ending(_ finished: FinishedJob) -> Ending {
        let (job, slurm) = (finished.job, finished.job.slurm)
        var ending = Ending(.init(job.state))
        ending.exitCode = slurm?.exitCode
        ending.signal = slurm?.signal
        ending.reason = job.state == .completed ? nil : job.reason
        ending.elapsedSeconds = slurm?.elapsedSeconds.map(Int64.init)
        ending.submittedAt = slurm?.submitTime.map { Self.moment(Timestamp(seconds: $0)) }
        ending.startedAt = slurm?.startTime.map { Self.moment(Timestamp(seconds: $0)) }
        ending.finishedAt = (slurm?.endTime.map { Timestamp(seconds: $0) } ?? job.finishedAt).map(Self.moment)
        ending.retainUntil = finished.keptUntil.map(Self.moment)
        for (name, value) in slurm?.tresAllocated ?? [:] { ending.accounting["AllocTRES.\(name)"] = value }
        for (name, value) in slurm?.tresUsed ?? [:] { ending.accounting["UsedTRES.\(name)"] = value }
        if let raw = slurm?.raw, !raw.isEmpty {
            ending.accountingRecord = SHA256Digest(of: raw.joined(separator: "\n").utf8)
        }
        return ending
    }

    private func program(_ finished: FinishedJob) -> Program {
        let (job, asked) = (finished.job, finished.manifest)
        var template = Template(
            name: job.template,
            digest: SHA256Digest(job.templateDigest) ?? SHA256Digest(of: (finished.templateText ?? "").utf8)
        )
        template.text = finished.templateText
        template.parameters = (asked?.parameters.keys.sorted() ?? []).map { DeclaredParameter(name: $0, kind: .text) }
        var program = Program(template: template)
        program.script = SHA256Digest(job.scriptDigest)
        program.parameters = asked?.parameters ?? [:]
        program.environment = Dictionary(
            uniqueKeysWithValues: (asked?.environment ?? [:]).map { ($0, Withheld.names($0) ? Withheld.word : $1) }
        )
        program.modules = finished.node?.modules ?? asked?.modules ?? []
        program.declaredOutputs = asked?.outputs ?? []
        switch asked?.program {
        case .words(let words)?: program.command = .words(words)
        case .line(let line)?: program.command = .line(line)
        case .script(let text)?: program.command = .script(SHA256Digest(of: text.utf8))
        case nil: program.command = nil
        }
        return program
    }

    private func container(_ container: JobManifest.Container) -> Container {
        let isFile = container.image.hasSuffix(".sqfs") || container.image.hasSuffix(".squashfs")
        return Container(
            image: container.image,
            kind: isFile ? .squashFS : container.image.hasSuffix(".sif") ? .sif : .folder,
            fileDigest: container.digest
        )
    }

    /// Inputs as they were found, and those of the manifest alone where the job ended before that.
    private func inputs(_ finished: FinishedJob) -> [Input] {
        let declared = finished.manifest?.inputs ?? []
        var found = finished.inputs.map { staged in
            var input = Input(
                slot: staged.path,
                uri: Self.shown(staged.source),
                kind: Self.kind(
                    declared.indices.contains(staged.position) ? declared[staged.position].source : nil,
                    staged
                ),
                digest: staged.kind == .siteFolder ? .folder(staged.digest) : .sha256(staged.digest)
            )
            input.size = staged.size
            input.mediaType = staged.kind == .siteFolder ? nil : MediaType.of(path: staged.path)
            return input
        }
        let known = Set(finished.inputs.map(\.position))
        for (position, input) in declared.enumerated() where !known.contains(position) {
            var value = Input(slot: input.path, uri: nil, kind: Self.kind(input.source, nil), digest: nil)
            if let bytes = input.source.inlineBytes {
                value.digest = .sha256(SHA256Digest(of: bytes))
                value.size = Int64(bytes.count)
            } else {
                value.uri = Self.shown(input.source.text)
                value.digest = input.digest.map { .sha256($0) }
            }
            value.mediaType = MediaType.of(path: input.path)
            found.append(value)
        }
        return found
    }

    /// An address without its query, which may hold a permission.
    private static func shown(_ address: String) -> String? {
        address == "inline" ? nil : String(address.prefix { $0 != "?" && $0 != "#" })
    }

    private static func kind(_ source: InputSource?, _ staged: StagedInput?) -> Input.Kind {
        switch source {
        case .inline?: .inline
        case .web?: .web
        case .bucket?: .bucket
        case .siteFile?: staged?.kind == .siteFolder ? .siteFolder : .siteFile
        case .artifact?: .artifact
        case .output?: .output
        case nil: staged?.kind == .siteFolder ? .siteFolder : staged?.kind == .siteFile ? .siteFile : .artifact
        }
    }
}

extension Ending.State {
    /// The end of a job; one that has not ended counts as failed.
    init(_ state: JobState) {
        switch state {
        case .completed: self = .completed
        case .cancelled: self = .cancelled
        case .timedOut: self = .timedOut
        case .failed, .queued, .held, .staging, .pending, .running, .retrieving: self = .failed
        }
    }
}
