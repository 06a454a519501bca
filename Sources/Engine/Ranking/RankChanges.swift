import Columnar

/// What of a ranking changed since it was emitted last: for each partition that was touched the rows that stood
/// downstream, which are kept until the difference has left.
final class RankChanges {
    /// 1 while the group is in `touched`.
    private let marks = StateArray<UInt8>(zero: 0)
    /// 1 while the row stands downstream.
    private let shown = StateArray<UInt8>(zero: 0)
    private(set) var touched: [Int32] = []
    /// Where in `old` the rows of each touched group begin.
    private var starts: [Int] = []
    private var old: [Int32] = []
    /// Rows that have left their lists and still stand downstream.
    private var buried: [Int32] = []

    var byteSize: Int { marks.capacity + shown.capacity + (old.count + buried.count) * 4 }

    func reserve(groups: Int) { marks.reserve(groups) }
    func reserve(rows: Int) { shown.reserve(rows) }

    /// Whether something of the group waits to be emitted.
    func isTouched(_ group: Int) -> Bool { marks.base[group] != 0 }

    /// To be called before the list of a group changes.
    @inline(__always)
    func willChange(_ group: Int, _ lists: OrderedRows, _ visible: Range<Int>) {
        if marks.base[group] == 0 { note(group, lists, visible) }
    }

    @inline(never)
    private func note(_ group: Int, _ lists: OrderedRows, _ visible: Range<Int>) {
        marks.base[group] = 1
        touched.append(Int32(truncatingIfNeeded: group))
        starts.append(old.count)
        lists.append(visible, of: group, to: &old)
    }

    /// Keeps a row that stands downstream; false when it does not and can go.
    func bury(_ id: Int32) -> Bool {
        guard shown.base[Int(id)] == 1 else { return false }
        buried.append(id)
        return true
    }

    func show(_ id: Int32) { shown.base[Int(id)] = 1 }
    func hide(_ id: Int32) { shown.base[Int(id)] = 0 }

    /// The rows of the touched group at `position` that stand downstream.
    func old(at position: Int) -> ArraySlice<Int32> {
        old[starts[position]..<(position + 1 < starts.count ? starts[position + 1] : old.count)]
    }

    /// Forgets everything once it has been emitted; gives buried rows back.
    func clear(_ store: RowSlots) {
        for group in touched { marks.base[Int(group)] = 0 }
        for id in buried { store.remove(id) }
        touched.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        old.removeAll(keepingCapacity: true)
        buried.removeAll(keepingCapacity: true)
    }
}
