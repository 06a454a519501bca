/// The place behind the last round that could be read back.
struct JournalTail: Sendable, Equatable {
    /// The file's name within the log's directory.
    var name: String
    var offset: Int
}
