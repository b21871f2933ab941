internal import Attestation

/// The page for somebody who unpacked a crate: what it is, and how to check it (Markdown).
package struct ReadmeRendering: Sendable {
    private let manifest: ReproducibilityManifest
    private let addresses: RecordAddresses

    /// The page of a record.
    ///
    /// - Parameter manifest: the record.
    package init(_ manifest: ReproducibilityManifest) {
        self.manifest = manifest
        addresses = RecordAddresses(manifest)
    }

    /// UTF-8 text.
    package var bytes: [UInt8] { Array(text.utf8) }

    private var text: String {
        let title = manifest.publication?.title ?? "Record of job \(manifest.job.name)"
        return """
            # \(Self.escaped(title))

            \(Self.escaped(CrateRendering(manifest).outcomeText))

            - Page: <\(addresses.analysis)>
            - Site: \(Self.escaped(manifest.place.site))
            - Files made: \(manifest.outputs.count), below `outputs/`
            - `ro-crate-metadata.json` says what ran, on what and from which inputs (RO-Crate 1.1, Workflow Run Crate 0.5).

            ## Check it

            The signed statement is at <\(addresses.document("manifest.dsse.json"))>, the keys are at
            <\(manifest.gateway.baseURL)/keys.json>. Save both beside this file, the key as `key.pem`, then:

            ```sh
            \(VerificationCommands.signature)
            \(VerificationCommands.outputs)
            ```

            """
    }

    /// Nothing in it is read as Markdown or HTML (CommonMark 0.31 §2.4: any ASCII punctuation may be escaped).
    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            if scalar.value < 32 || scalar.value == 127 {
                result += " "
            } else {
                if #"\`*_{}[]<>#|&~!"#.unicodeScalars.contains(scalar) { result += "\\" }
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
