/// One row per minute, dense from the first minute on.
package struct MinuteTable<Row: Sendable>: Sendable {
    /// The minute of the first row, counted from 1970-01-01 UTC.
    package let firstMinute: Int64
    package private(set) var rows: [Row] = []
    private let empty: Row
    /// Eight years of minutes; a row beyond is not kept, since only a broken caller could ask for it.
    private static var limit: Int { 1 << 22 }

    init(firstMinute: Int64, empty: Row) {
        self.firstMinute = firstMinute
        self.empty = empty
    }

    /// Changes the row of a minute.
    @inline(__always)
    mutating func update(minute: Int64, _ change: (inout Row) -> Void) {
        let index = Int(minute &- firstMinute)
        guard index >= 0, index < MinuteTable.limit else { return }
        while rows.count <= index { rows.append(empty) }
        change(&rows[index])
    }
}
