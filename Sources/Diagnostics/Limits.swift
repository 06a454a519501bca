/// The bounds that several targets share; those of one place stand in that place.
package enum Limits {
    /// Rows of one batch.
    package static let batchRows = 4_096
    /// A line or record longer than this is rejected, bytes.
    package static let recordBytes = 1 << 20
    /// Rows waiting between two pipelines, for each edge.
    package static let queueRows = 16 * 1_024
    /// Bytes waiting between two pipelines, for each edge.
    package static let queueBytes = 4 << 20
    /// Memory that the state of one job may take; a job that needs more fails with a message.
    package static let stateBytes = 8 << 30
    /// Rejected records kept as samples, for each source.
    package static let rejectedSamples = 16
    /// Bytes of a rejected record that a sample keeps.
    package static let rejectedSampleBytes = 512
    /// Columns of one table.
    package static let tableColumns = 1_024
    /// Readers or operator instances of one job.
    package static let parallelism = 64
}
