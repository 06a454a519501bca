/// What opening a log found, for the console, the metrics and `millrace verify`.
package struct RecoveryReport: Sendable, Equatable {
    /// Stored bytes that are not what was written.
    package struct Damage: Sendable, Equatable, CustomStringConvertible {
        package enum Kind: Sendable, Equatable {
            /// Was damaged in one place and taken from another.
            case healed
            /// Acknowledged records that are gone; what is left of them is in the folder `quarantine`.
            case lost
            /// A file that is shorter than it was.
            case shortened
            /// An older checkpoint was used in place of the newest one.
            case manifest
        }

        package var kind: Kind
        package var file: String
        package var what: String

        package var description: String { "\(file): \(what)" }
    }

    package var replayedRounds = 0
    package var replayedBytes = 0
    /// Rounds behind the last whole one that a crash had left half written.
    package var cutRounds = 0
    package var damages: [Damage] = []

    package init() {}

    /// Whether acknowledged records are gone.
    package var hasLosses: Bool { damages.contains { $0.kind == .lost || $0.kind == .shortened } }
}
