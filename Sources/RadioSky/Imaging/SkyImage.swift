/// The pixels of an image in Jy/beam.
package struct SkyImage: Sendable, Hashable {
    /// What it shows.
    package let imaging: Imaging
    /// Row by row from the bottom, each from the left, which is east.
    package let pixels: [Float]

    /// Pixels on a side.
    package var size: Int { imaging.observation.imageSize }
}
