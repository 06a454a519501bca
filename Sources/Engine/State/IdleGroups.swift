/// When groups were last written, and which of them nothing came for in so long that they are forgotten.
///
/// What was emitted for a group that is forgotten stays downstream; the next row of it begins it anew, as in Flink.
final class IdleGroups {
    private let limitMilliseconds: Int64
    private let wallMilliseconds: () -> Int64
    /// 0 where nothing is there to forget.
    private var touched = StateArray<Int64>(zero: 0)
    private var lastSweep: Int64 = 0

    init(limitMilliseconds: Int64, wallMilliseconds: @escaping () -> Int64) {
        self.limitMilliseconds = max(1, limitMilliseconds)
        self.wallMilliseconds = wallMilliseconds
    }

    /// Nil where state is kept for good.
    static func make(_ limitMilliseconds: Int64?, _ wallMilliseconds: @escaping () -> Int64) -> IdleGroups? {
        limitMilliseconds.map { IdleGroups(limitMilliseconds: $0, wallMilliseconds: wallMilliseconds) }
    }

    /// Rows of these groups came: those that had been idle for too long are handed to `forget` first.
    func touch(_ numbers: UnsafePointer<Int32>, count: Int, groups: Int, forget: (Int) -> Void) {
        touched.reserve(groups)
        let now = wallMilliseconds()
        for row in 0..<count {
            let group = Int(numbers[row])
            if isExpired(group, now) { forget(group) }
            touched.base[group] = now
        }
    }

    private func isExpired(_ group: Int, _ now: Int64) -> Bool {
        touched.base[group] != 0 && touched.base[group] &+ limitMilliseconds <= now
    }

    /// Hands all idle groups to `forget`; does nothing, and says so, when it did so a while ago.
    @discardableResult
    func sweep(groups: Int, forget: (Int) -> Void) -> Bool {
        let now = wallMilliseconds()
        guard now &- lastSweep >= max(1, limitMilliseconds / 4) else { return false }
        lastSweep = now
        touched.reserve(groups)
        for group in 0..<groups where isExpired(group, now) {
            forget(group)
            touched.base[group] = 0
        }
        return true
    }

    /// Fewer dead groups than this keep their places.
    private static let leastDead = 1_024

    /// After a sweep: the groups that are to be kept, where those that are not are many and the majority; else nil.
    static func worthKeeping(of groups: Int, isDead: (Int) -> Bool) -> [Int32]? {
        let kept = (0..<groups).filter { !isDead($0) }
        guard groups - kept.count > leastDead, groups - kept.count > groups / 2 else { return nil }
        return kept.map { Int32(truncatingIfNeeded: $0) }
    }

    /// Groups were renumbered: those listed have the numbers of their places now.
    func compact(keeping list: [Int32]) { touched.compact(keeping: list) }

    /// Groups that were restored count from now.
    func restored(groups: Int) {
        touched.reserve(groups)
        let now = max(1, wallMilliseconds())
        for group in 0..<groups { touched.base[group] = now }
    }
}
