/// When a job cuts its next epoch.
struct EpochPace {
    private let interval: UInt64
    private(set) var lastCut: UInt64
    private var rowsAtLastCut: UInt64 = 0

    /// Jobs with shorter epochs go by this one while no rows come, and where the last epoch could not be stored: a disk
    /// need not be written fifty times a second to say that nothing happened.
    private static let quietInterval: UInt64 = 1_000_000_000

    init(milliseconds: Int, now: UInt64) {
        interval = UInt64(max(1, milliseconds)) * 1_000_000
        lastCut = now
    }

    /// `rows` is a count that grows with the rows that come; `isPressed` when sinks hold much back for the next epoch.
    func isDue(now: UInt64, rows: UInt64, isPressed: Bool, isTroubled: Bool) -> Bool {
        let rest = now &- lastCut
        if rest >= max(interval, Self.quietInterval) { return true }
        guard !isTroubled else { return false }
        return isPressed || rest >= interval && rows != rowsAtLastCut
    }

    mutating func didCut(now: UInt64, rows: UInt64) {
        lastCut = now
        rowsAtLastCut = rows
    }
}
