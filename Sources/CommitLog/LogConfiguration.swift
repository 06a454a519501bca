/// Sizes and times of a whole log directory. Tests make them small.
package struct LogConfiguration: Sendable {
    /// A journal file is not grown past this; the next one is begun.
    package var journalFileBytes = 64 << 20
    /// By how much a journal file grows at once, zeros written ahead of need.
    package var journalStepBytes = 4 << 20
    /// What writes of data leave free in the journal for removing data when the disk is full.
    package var journalReserveBytes = 64 << 10
    /// Journal written since the last checkpoint that makes the next one due.
    package var checkpointBytes = 64 << 20
    /// Records taken into one round, that is, under one sync.
    package var roundBytes = 8 << 20
    /// Records that may wait for a round; more are refused as overload.
    package var waitingBytes = 64 << 20
    /// Bytes of log between two entries of an index.
    package var indexIntervalBytes = 8 << 10
    /// From so many changed files on, a checkpoint syncs the whole disk in one call, and not one file after another.
    package var wholeDiskSyncFiles = 64
    /// A producer that wrote nothing for so long is forgotten.
    package var producerExpirationMilliseconds: Int64 = 86_400_000
    /// Producers remembered for one partition; the one silent for the longest goes first.
    package var producersPerPartition = 10_000
    /// Partitions of all topics together; topics beyond are refused. Each takes some kilobytes of memory and a folder.
    package var partitionsOfAll = 100_000
    /// Time between two rounds of upkeep: retention, compaction, files closed.
    package var upkeepMilliseconds: Int64 = 10_000
    /// Distinct keys that one compaction of a partition keeps in memory.
    package var compactionKeys = 2_000_000

    package init() {}
}
