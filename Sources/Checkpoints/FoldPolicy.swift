/// When sections of a state are folded, and how much of it one commit does.
package struct FoldPolicy: Sendable, Equatable {
    /// So many sections of one level become one of the next.
    package var fanIn = 16
    /// Changes on top of the oldest section that outweigh it so many times are folded into it.
    package var baseRatio = 2
    /// Below this many bytes the ratio alone is no reason to fold.
    package var ratioFloorBytes = 64 << 10
    /// A deep keyed state up to this size is folded whole.
    package var wholeFoldBytes = 256 << 10
    /// Folds of up to this many bytes happen in memory and go into the blob of the next epoch.
    package var inlineFoldBytes = 1 << 20
    /// Bytes of such folds for each commit.
    package var inlineBudgetBytes = 4 << 20
    /// Bytes of a larger fold that each commit works on at least; twice the bytes of the epoch where that is more.
    package var stepBytes = 4 << 20
    /// Appended sections do not grow past this by merging.
    package var largestAppendedBytes = 256 << 20
    /// Sections of states that their owner writes anew are folded up to this size only.
    package var ownerFoldBytes = 16 << 20
    /// Dead bytes that may lie in live blobs, on top of as many as there are live ones.
    package var toleratedDeadBytes = 16 << 20

    /// Bytes a fold reads at once.
    package var pieceBytes = CheckpointLimits.pieceBytes

    package init() {}
}
