/// What a desk has done since it was made, and what it holds now.
package struct DeskFigures: Sendable, Hashable {
    /// Questions asked.
    package var asked = 0
    /// Generations begun at models.
    package var requests = 0
    /// Questions that joined one on its way.
    package var joined = 0
    /// Answers out of the cache.
    package var hits = 0
    /// Answers of models at the first try.
    package var answered = 0
    /// Answers after a repair.
    package var repaired = 0
    /// Questions that ended without an answer.
    package var failed = 0
    /// Questions nobody waited for any more when their turn came.
    package var dropped = 0
    /// Questions on their way now.
    package var flights = 0
    /// Those of them that wait for a slot now.
    package var waiting = 0
    /// Answers in the cache now.
    package var cached = 0
}
