package import Attestation

/// What ran.
package struct Program: Sendable, Hashable {
    /// The template of the batch script.
    package var template: Template
    /// Digest of the batch script as it was handed to Slurm.
    package var script: SHA256Digest?
    /// The command in the template's place for it.
    package var command: Command?
    /// Values of the template's parameters, defaults applied, as they were written.
    package var parameters: [String: String] = [:]
    /// Variables the user declared.
    package var environment: [String: String] = [:]
    /// Environment modules in the order they were loaded.
    package var modules: [String] = []
    /// Globs of the files to bring home.
    package var declaredOutputs: [String] = []

    /// A program.
    package init(template: Template) { self.template = template }
}

/// What a job was told to run.
package enum Command: Sendable, Hashable {
    /// A program and its arguments.
    case words([String])
    /// A line for the shell.
    case line(String)
    /// The text of a script, by digest.
    case script(SHA256Digest)
}

/// A template of batch scripts.
package struct Template: Sendable, Hashable {
    /// Its name.
    package var name: String
    /// Its version; nil when it has none but its digest.
    package var version: String?
    /// Digest of its bytes.
    package var digest: SHA256Digest
    /// Its text; nil when the bytes are gone.
    package var text: String?
    /// The values it takes.
    package var parameters: [DeclaredParameter] = []

    /// A template.
    package init(name: String, digest: SHA256Digest, version: String? = nil, text: String? = nil) {
        self.name = name
        self.digest = digest
        self.version = version
        self.text = text
    }
}

/// A value that a template takes.
package struct DeclaredParameter: Sendable, Hashable {
    /// What a value is.
    package enum Kind: String, Sendable, CaseIterable {
        case text, integer, number, boolean
    }

    /// Its name.
    package var name: String
    /// What its values are.
    package var kind: Kind
    /// The value when none is given; nil when one must be.
    package var defaultValue: String?

    /// A parameter.
    package init(name: String, kind: Kind, defaultValue: String? = nil) {
        self.name = name
        self.kind = kind
        self.defaultValue = defaultValue
    }
}

/// The image a job ran in.
package struct Container: Sendable, Hashable {
    /// What kind of image.
    package enum Kind: String, Sendable, CaseIterable {
        /// An image of an OCI registry, by reference.
        case registry
        /// A file of SingularityCE or Apptainer.
        case sif
        /// A SquashFS file.
        case squashFS
        /// A folder.
        case folder
    }

    /// How the user named it: a reference, or a path at the site.
    package var image: String
    /// What kind of image.
    package var kind: Kind
    /// Digest of the OCI manifest.
    package var manifestDigest: SHA256Digest?
    /// Digest of the file that ran.
    package var fileDigest: SHA256Digest?

    /// An image.
    package init(image: String, kind: Kind, manifestDigest: SHA256Digest? = nil, fileDigest: SHA256Digest? = nil) {
        self.image = image
        self.kind = kind
        self.manifestDigest = manifestDigest
        self.fileDigest = fileDigest
    }

    /// The digest that names it best.
    var digest: SHA256Digest? { manifestDigest ?? fileDigest }
}

/// A trained model that a job used.
package struct Model: Sendable, Hashable {
    /// Its name.
    package var name: String
    /// Where it is, an absolute URI.
    package var uri: String
    /// The commit it was taken at, 40 or 64 hexadecimal digits.
    package var commit: String?
    /// Digest of its bytes.
    package var digest: SHA256Digest?
    /// Size in bytes.
    package var size: Int64?

    /// A model.
    package init(
        name: String,
        uri: String,
        commit: String? = nil,
        digest: SHA256Digest? = nil,
        size: Int64? = nil
    ) {
        self.size = size
        self.name = name
        self.uri = uri
        self.commit = commit
        self.digest = digest
    }
}
