package import Attestation
internal import Documents

/// Everything that determines a job's result, and nothing else (design §7).
package struct ResultRecipe: Sendable, Hashable {
    /// The canonical text (RFC 8785): why two jobs differ is a comparison of two texts.
    package let text: String
    /// SHA-256 of the text: the result key.
    package let key: SHA256Digest
    /// Who may see the result.
    package let scope: String

    /// Why a result has no key.
    package struct NotCacheable: Error, Hashable {
        /// In words for a person.
        package let reason: String
    }

    /// What the operator adds to every recipe.
    package struct Ground: Sendable, Hashable {
        /// Changing it disowns all results kept so far.
        package var salt: String
        /// The same for what runs with the software of a site: set anew when that changes.
        package var software: String

        /// A ground.
        package init(salt: String = "", software: String = "") { (self.salt, self.software) = (salt, software) }
    }

    /// Writes the recipe of a job.
    ///
    /// - Parameters:
    ///   - manifest: what is asked for.
    ///   - template: SHA-256 of the template's text.
    ///   - inputs: the digest of every input by its path.
    ///   - site: where it runs; counts only when the program is the site's own software.
    ///   - owner: whose job it is.
    ///   - ground: what the operator adds.
    /// - Throws: ``NotCacheable``.
    package init(
        _ manifest: JobManifest,
        template: String,
        inputs: [String: String],
        site: String,
        owner: String,
        ground: Ground
    ) throws(NotCacheable) {
        if let reason = Self.obstacle(manifest) { throw NotCacheable(reason: reason) }
        scope = "user:\(owner)"
        var members: [String: JSONValue] = [
            "v": 1, "salt": .string(ground.salt), "scope": .string(scope), "template": .string(template),
            "program": Self.program(manifest.program), "inputs": .object(inputs.mapValues { .string($0) }),
            "parameters": .object(manifest.parameters.mapValues { .string($0) }),
            "environment": .object(manifest.environment.mapValues { .string($0) }),
            "outputs": .array(Set(manifest.outputs).sorted().map { .string($0) }),
            "modules": .array(manifest.modules.map { .string($0) }),
        ]
        members["image"] = manifest.container?.digest.map { .string($0.description) }
        members["array"] = manifest.array.map { .string($0.tasks) }
        // Without a pinned image the program is whatever the site has installed.
        members["platform"] =
            manifest.container == nil ? ["site": .string(site), "software": .string(ground.software)] : [:]
        do throws(CanonicalJSON.NotANumber) {
            text = try CanonicalJSON.text(.object(members))
        } catch {
            throw NotCacheable(reason: "a number of it cannot be written: \(error.text)")
        }
        key = SHA256Digest(of: text.utf8)
    }

    /// What keeps a job's result from having a key, whatever its inputs are; nil when nothing does.
    package static func obstacle(_ manifest: JobManifest) -> String? {
        if manifest.outputs.isEmpty { return "it declares no outputs" }
        if !manifest.isDeterministic { return "it declares itself non-deterministic" }
        if manifest.container != nil, manifest.container?.digest == nil {
            return "its container has no digest: pin container.digest"
        }
        if manifest.container?.binds.isEmpty == false { return "its container sees folders of the site" }
        return nil
    }

    private static func program(_ program: JobManifest.Program) -> JSONValue {
        switch program {
        case .words(let words): ["words": .array(words.map { .string($0) })]
        case .line(let line): ["line": .string(line)]
        case .script(let text): ["script": .string(SHA256Digest(of: text.utf8).description)]
        }
    }
}
