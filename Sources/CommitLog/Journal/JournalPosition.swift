/// A place between two rounds of the journal.
struct JournalPosition: Sendable, Equatable {
    /// Counts the files of the journal as they are begun; a file that is used again gets a new one.
    var generation: UInt64
    /// Bytes from the start of the file.
    var offset: Int
    /// The sequence of the round that comes next.
    var sequence: UInt64
}
