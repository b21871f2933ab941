/// The version of this code, as it stands in records and in the CHANGELOG.
package enum ProductVersion {
    /// Semantic version.
    package static let text = "0.5.0-dev"
}
