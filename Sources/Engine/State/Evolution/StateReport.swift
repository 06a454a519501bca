/// What became of stored state when a job was started with it, for people.
package struct StateReport: Sendable, Equatable {
    /// What was wrong with stored epochs, and what was done about it.
    package var damage: [String] = []
    /// State that goes on, in another shape or for another query.
    package var changed: [String] = []
    /// State that was left out, each with the reason.
    package var dropped: [String] = []
    /// Operators that begin empty although others go on.
    package var begun: [String] = []

    package init() {}

    package var isEmpty: Bool { changed.isEmpty && dropped.isEmpty && begun.isEmpty && damage.isEmpty }

    /// One line for each; nothing where all went on as it was.
    package var lines: [String] {
        damage + changed.map { "kept: \($0)" } + dropped.map { "dropped: \($0)" } + begun.map { "begins empty: \($0)" }
    }
}
