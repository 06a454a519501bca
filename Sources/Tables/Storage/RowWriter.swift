/// One of the sinks that write to a table, and which of its rows belong into its next epoch.
struct RowWriter {
    /// What became of the sink.
    enum State {
        case writing
        /// It ended as it should: its rows stay.
        case finished
        /// It went away in the middle: its rows go when its successor restores an epoch.
        case abandoned
        /// Nobody's any more: no row names it, the next sink may be it.
        case vacant
    }

    var state = State.writing
    /// False until the first epoch, which takes everything.
    var tracksChanges = false
    /// Whether any row ever named it.
    var hasWritten = false
    /// Slots changed since the last epoch; those whose mark names another writer are passed over.
    var dirty: [Int] = []
}
