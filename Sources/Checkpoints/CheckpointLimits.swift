/// The bounds of stored epochs.
package enum CheckpointLimits {
    /// Manifests kept, with every blob they refer to.
    package static let retainedManifests = 3
    /// Attempts that may fail one after another before the store gives up for good.
    package static let failedAttempts = 3
    /// Folds that may fail one after another before the store gives up for good.
    package static let failedFolds = 16
    /// Commits that pass before a failed fold is tried again.
    package static let commitsBetweenFailedFolds = 8
    /// Bytes of a manifest.
    package static let manifestBytes = 64 << 20
    /// Bytes of the table at the end of a blob.
    package static let blobTableBytes = 64 << 20
    /// Bytes of a state's name.
    package static let nameBytes = 4_096
    /// Named states of one job.
    package static let states = 65_536
    /// Sections of one state: reached only when folding has failed for a long time.
    package static let sectionsOfState = 65_536
    /// Warnings kept for people to see; later ones are only counted.
    package static let warnings = 64
    /// Bytes read or collected at once.
    package static let pieceBytes = 1 << 20
}
