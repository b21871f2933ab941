internal import Attestation
internal import Foundation
internal import Slurm

/// A template as people see it.
package struct TemplateEntry: Sendable, Hashable {
    /// Its name in manifests.
    package let name: String
    /// What it is for, in one sentence.
    package let summary: String
    /// `sha256:…` of its text.
    package let digest: String
    /// Its text.
    package let text: String
}

/// The batch script templates of one folder: `NAME.mustache`.
package struct TemplateCatalog: Sendable {
    private static let ending = ".mustache"

    /// The folder, read at every use so that an operator's change holds at once.
    package let folder: String

    /// A catalog.
    ///
    /// - Parameter folder: where the templates are.
    package init(folder: String) { self.folder = folder }

    /// Every template, by name.
    ///
    /// - Returns: the templates.
    /// - Throws: ``GatewayError`` when the folder cannot be read or a template is broken.
    package func list() throws -> [TemplateEntry] {
        try names().map { try template($0) }
    }

    /// One template.
    ///
    /// - Parameter name: its name.
    /// - Returns: the template.
    /// - Throws: ``GatewayError`` of kind `notFound`.
    package func template(_ name: String) throws -> TemplateEntry {
        guard let parsed = try find(name) else {
            let known = try names().joined(separator: ", ")
            throw GatewayError(.notFound, "There is no template '\(name)'. Templates: \(known).")
        }
        return TemplateEntry(
            name: name,
            summary: parsed.summary,
            digest: SHA256Digest(of: parsed.text.utf8).description,
            text: parsed.text
        )
    }

    /// The names of all templates, sorted.
    func names() throws -> [String] {
        guard let files = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw GatewayError(.internalFault, "The template folder '\(folder)' cannot be read.")
        }
        return files.filter { $0.hasSuffix(Self.ending) }.map { String($0.dropLast(Self.ending.count)) }.sorted()
    }

    /// The template of that name; nil when there is none.
    func find(_ name: String) throws -> BatchTemplate? {
        guard try names().contains(name),
            let text = try? String(contentsOfFile: "\(folder)/\(name)\(Self.ending)", encoding: .utf8)
        else { return nil }
        do {
            return try BatchTemplate(name: name, text: text)
        } catch {
            throw GatewayError(.internalFault, "The template '\(name)' is broken: \(error)")
        }
    }

    /// Looks for the folder: the one configured, else `templates` here or beside one of the program's parents.
    ///
    /// - Parameters:
    ///   - configured: from the configuration, if any.
    ///   - program: path of the running program.
    /// - Returns: the folder; `templates` when none is found.
    package static func locate(configured: String?, program: String) -> String {
        if let configured { return configured }
        var parents = ["."]
        var place = URL(fileURLWithPath: program).resolvingSymlinksInPath()
        for _ in 0..<6 {
            place.deleteLastPathComponent()
            parents.append(place.path)
        }
        let folders = parents.map { "\($0)/templates" }
        return folders.first { FileManager.default.fileExists(atPath: "\($0)/cpu\(ending)") } ?? "templates"
    }
}
