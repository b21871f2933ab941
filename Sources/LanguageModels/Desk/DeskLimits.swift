/// The numbers a desk works by.
package struct DeskLimits: Sendable, Hashable {
    /// The most questions that wait for a slot; one more is told at once.
    package var waiting = 256
    /// The most answers in the cache.
    package var cachedAnswers = 1000
    /// How long an answer is kept.
    package var cacheAge = Duration.seconds(3600)
    /// How long a generation of a loaded model may take.
    package var generation = Duration.seconds(60)
    /// How often a model is looked at.
    package var lookEvery = Duration.seconds(5)
    /// How long looking at a model may take.
    package var lookPatience = Duration.seconds(2)
    /// How long a question waits to learn the digest of the model's weights.
    package var digestPatience = Duration.milliseconds(50)
    /// How long a digest, or that there is none, is believed.
    package var digestAge = Duration.seconds(60)
    /// How soon a model that was found unloaded is loaded again.
    package var loadEvery = Duration.seconds(60)
    /// The longest first wait between two tries; each one after may be twice as long.
    package var firstBackOff = Duration.milliseconds(100)
    /// The longest wait between two tries.
    package var longestBackOff = Duration.seconds(5)
    /// How often a model that refuses or is busy is tried.
    package var tries = 3
    /// How much of a bad answer is shown to the model, in bytes.
    package var repairBytes = 500

    /// The numbers of the house.
    package init() {}
}
