internal import Attestation
package import Documents
internal import FoundationEssentials

extension JobManifest {
    /// The manifest in its normal form: defaults written out, quantities in one notation.
    ///
    /// ``JobManifestReader`` reads it back to the same value.
    package var json: JSONValue {
        var members: [String: JSONValue] = [
            "apiVersion": .string(Self.apiVersion), "name": .string(name), "template": .string(effectiveTemplate),
            "resources": resources.json, "priority": .integer(priority),
        ]
        if let site { members["site"] = .string(site) }
        if let project { members["project"] = .string(project) }
        switch program {
        case .words(let words): members["command"] = .array(words.map { .string($0) })
        case .line(let line): members["command"] = .string(line)
        case .script(let script): members["script"] = .string(script)
        }
        let texts: [(String, [String: String])] = [
            ("environment", environment), ("parameters", parameters), ("labels", labels),
        ]
        for (key, values) in texts where !values.isEmpty { members[key] = .object(values.mapValues { .string($0) }) }
        let lists: [(String, [String])] = [("modules", modules), ("outputs", outputs)]
        for (key, values) in lists where !values.isEmpty { members[key] = .array(values.map { .string($0) }) }
        members["container"] = container?.json
        members["array"] = array?.json
        if !dependencies.isEmpty { members["dependencies"] = .array(dependencies.map(\.json)) }
        if !inputs.isEmpty { members["inputs"] = .array(inputs.map(\.json)) }
        if retries.limit > 0 { members["retries"] = retries.json }
        if cache != .on { members["cache"] = .string(cache.rawValue) }
        if !isDeterministic { members["deterministic"] = false }
        members["retention"] = retention.map { .string($0.text) }
        members["workFolderRetention"] = folderRetention.map { .string($0.text) }
        if dryRun { members["dryRun"] = true }
        return .object(members)
    }
}

extension Resources {
    fileprivate var json: JSONValue {
        var members: [String: JSONValue] = ["nodes": .integer(nodes)]
        let numbers = [("tasks", tasks), ("tasksPerNode", tasksPerNode), ("cpus", cpus)]
        for (key, value) in numbers { members[key] = value.map { .integer($0) } }
        members["memory"] = memory.map { .string("\($0)M") }
        members["memoryPerCPU"] = memoryPerCPU.map { .string("\($0)M") }
        members["walltime"] = walltime.map { .string(Quantity.walltime($0)) }
        if let gpus {
            members["gpus"] = .object(
                ["count": .integer(gpus.count)].merging(gpus.type.map { ["type": .string($0)] } ?? [:]) { $1 }
            )
        }
        let words = [
            ("partition", partition), ("qos", qos), ("account", account), ("constraint", constraint),
            ("reservation", reservation),
        ]
        for (key, value) in words { members[key] = value.map { .string($0) } }
        if exclusive { members["exclusive"] = true }
        return .object(members)
    }
}

extension JobManifest.Container {
    fileprivate var json: JSONValue {
        var members: [String: JSONValue] = ["image": .string(image)]
        members["digest"] = digest.map { .string($0.description) }
        if !binds.isEmpty { members["binds"] = .array(binds.map { .string($0) }) }
        return .object(members)
    }
}

extension JobManifest.JobArray {
    fileprivate var json: JSONValue {
        var members: [String: JSONValue] = ["tasks": .string(tasks)]
        members["limit"] = limit.map { .integer($0) }
        return .object(members)
    }
}

extension JobManifest.Dependency {
    fileprivate var json: JSONValue { ["job": .string(job.text), "condition": .string(condition.rawValue)] }
}

extension JobManifest.Retries {
    fileprivate var json: JSONValue {
        ["limit": .integer(limit), "on": .array(causes.map { .string($0.rawValue) })]
    }
}

extension JobManifest.Input {
    /// Text stays text; anything else is base64.
    fileprivate var json: JSONValue {
        var members: [String: JSONValue] = ["path": .string(path)]
        if let bytes = source.inlineBytes {
            if let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) {
                members["content"] = .string(text)
            } else {
                members["contentBase64"] = .string(Data(bytes).base64EncodedString())
            }
        } else {
            members["source"] = .string(source.text)
        }
        members["digest"] = digest.map { .string($0.description) }
        if isExecutable { members["executable"] = true }
        if isWritable { members["writable"] = true }
        return .object(members)
    }
}
