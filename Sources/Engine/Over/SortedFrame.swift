import Columnar
import StreamSQL

/// Computes the functions of an OVER clause for the rows of one sorted partition.
///
/// The ends of a frame only move forward, so that each row enters and leaves the aggregates once.
final class SortedFrame {
    private let plan: OverPlan
    private let order: [SortPlan.Key]
    private let store: RowSlots
    private let feeder: FrameFeeder
    private let zeros = StateArray<Int32>(zero: 0)
    /// First and last position of the rows of equal keys around each row; only where something asks.
    private var peerBegins: [Int] = []
    private var peerEnds: [Int] = []
    private var groupNumbers: [Int64] = []
    private let needsPeers: Bool

    init(_ plan: OverPlan, order: [SortPlan.Key], store: RowSlots, seed: UInt64) {
        self.plan = plan
        self.order = order
        self.store = store
        let calls = plan.calls.compactMap { call -> AggregateCall? in
            if case .aggregate(let aggregate) = call { return aggregate }
            return nil
        }
        feeder = FrameFeeder(calls, frameMoves: plan.frame.isBounded, seed: seed, tracksChanges: false)
        feeder.aggregates.reserve(groups: 1)
        needsPeers =
            plan.frame.unit == .range
            || plan.calls.contains { call in
                switch call {
                case .rank, .denseRank, .percentRank, .cumulativeDistribution: true
                default: false
                }
            }
    }

    /// To be called when rows were added since the last call.
    func prepare() {
        zeros.reserve(store.places)
        feeder.prepare(store.columns, rowCount: store.places)
    }

    /// The results from a position on, which may be before `changed`, the first at which the partition is another.
    func compute(_ ids: [Int32], from changed: Int) -> (begin: Int, results: [GrowableColumn]) {
        let results = plan.calls.map { GrowableColumn($0.resultType.nullable(true), capacity: max(1, ids.count)) }
        let begin = self.begin(changed)
        guard begin < ids.count else { return (begin, results) }
        if needsPeers { findPeers(ids) }
        feeder.aggregates.clear(0)
        var low = 0
        var high = 0
        if begin > 0, case .offset(let start) = plan.frame.start {
            low = max(0, begin + Int(clamping: start))
            high = low
        }
        for position in begin..<ids.count {
            if !feeder.isEmpty {
                let (first, end) = bounds(position, ids, low, high)
                feed(ids, high..<max(high, end), takesBack: false)
                high = max(high, end)
                feed(ids, low..<min(max(low, first), high), takesBack: true)
                low = max(low, first)
            }
            append(position, ids, to: results)
        }
        return (begin, results)
    }

    /// Only frames of so many rows back leave the results before a change as they are for certain.
    private func begin(_ changed: Int) -> Int {
        guard plan.frame.unit == .rows, plan.frame.end == .offset(0), !needsPeers else { return 0 }
        let isLocal = plan.calls.allSatisfy { call in
            switch call {
            case .aggregate: plan.frame.isBounded
            case .rowNumber: true
            case .shifted(_, let rows, _, _): rows >= 0
            default: false
            }
        }
        return isLocal ? changed : 0
    }

    private func feed(_ ids: [Int32], _ range: Range<Int>, takesBack: Bool) {
        guard !range.isEmpty else { return }
        ids.withUnsafeBufferPointer { buffer in
            feeder.feed(UnsafeBufferPointer(rebasing: buffer[range]), groups: zeros.base, takesBack: takesBack)
        }
    }

    // MARK: frames

    /// The first position of the frame and the one behind its last.
    private func bounds(_ position: Int, _ ids: [Int32], _ low: Int, _ high: Int) -> (Int, Int) {
        plan.frame.unit == .rows
            ? rowBounds(position, ids.count) : rangeBounds(position, ids, low, high)
    }

    private func rowBounds(_ position: Int, _ count: Int) -> (Int, Int) {
        var first = 0
        var end = count
        if case .offset(let offset) = plan.frame.start { first = max(0, position + Int(clamping: offset)) }
        if case .offset(let offset) = plan.frame.end { end = min(count, max(0, position + Int(clamping: offset) + 1)) }
        return (min(first, count), max(end, min(first, count)))
    }

    private func rangeBounds(_ position: Int, _ ids: [Int32], _ low: Int, _ high: Int) -> (Int, Int) {
        var first = 0
        var end = ids.count
        if case .offset(let offset) = plan.frame.start {
            first = offset == 0 ? peerBegins[position] : self.first(atLeast: offset, of: position, ids, from: low)
        }
        if case .offset(let offset) = plan.frame.end {
            end = offset == 0 ? peerEnds[position] : self.end(upTo: offset, of: position, ids, from: high)
        }
        return (first, max(first, end))
    }

    /// How far the key of a row is behind that of another in the direction of the order; nil when one is NULL.
    private func gap(_ id: Int32, behind other: Int32) -> Int64? {
        guard let key = order.first else { return nil }
        let column = store.columns[key.column].column
        guard column.kind == .int64, column.isValid(Int(id)), column.isValid(Int(other)) else { return nil }
        let (difference, isOver) = column.int64[Int(id)].subtractingReportingOverflow(column.int64[Int(other)])
        guard !isOver else { return column.int64[Int(id)] > column.int64[Int(other)] ? .max : .min }
        return key.isDescending ? 0 &- difference : difference
    }

    private func first(atLeast offset: Int64, of position: Int, _ ids: [Int32], from low: Int) -> Int {
        // Rows whose key is NULL see each other.
        guard gap(ids[position], behind: ids[position]) != nil else { return peerBegins[position] }
        var first = low
        while first < ids.count {
            if let gap = gap(ids[first], behind: ids[position]), gap >= offset { break }
            if gap(ids[first], behind: ids[position]) == nil, first > position { break }
            first += 1
        }
        return first
    }

    private func end(upTo offset: Int64, of position: Int, _ ids: [Int32], from high: Int) -> Int {
        guard gap(ids[position], behind: ids[position]) != nil else { return peerEnds[position] }
        var end = high
        while end < ids.count {
            if let gap = gap(ids[end], behind: ids[position]) {
                if gap > offset { break }
            } else if end > position {
                break
            }
            end += 1
        }
        return end
    }

    private func findPeers(_ ids: [Int32]) {
        peerBegins = [Int](repeating: 0, count: ids.count)
        peerEnds = [Int](repeating: ids.count, count: ids.count)
        groupNumbers = [Int64](repeating: 0, count: ids.count)
        var begin = 0
        var number: Int64 = 0
        while begin < ids.count {
            var end = begin + 1
            while end < ids.count, arePeers(ids[begin], ids[end]) { end += 1 }
            number += 1
            for position in begin..<end {
                peerBegins[position] = begin
                peerEnds[position] = end
                groupNumbers[position] = number
            }
            begin = end
        }
    }

    private func arePeers(_ a: Int32, _ b: Int32) -> Bool {
        order.allSatisfy { key in
            let column = store.columns[key.column].column
            return RowOrder.compare(column, Int(a), column, Int(b), key) == 0
        }
    }

    // MARK: results

    private func append(_ position: Int, _ ids: [Int32], to results: [GrowableColumn]) {
        var aggregate = 0
        for (index, call) in plan.calls.enumerated() {
            let column = results[index]
            switch call {
            case .aggregate:
                feeder.aggregates.append(call: aggregate, group: 0, to: column)
                aggregate += 1
            case .rowNumber: column.append(int64: Int64(position + 1))
            case .rank: column.append(int64: Int64(peerBegins[position] + 1))
            case .denseRank: column.append(int64: groupNumbers[position])
            case .percentRank:
                column.append(
                    float64: ids.count > 1 ? Double(peerBegins[position]) / Double(ids.count - 1) : 0)
            case .cumulativeDistribution: column.append(float64: Double(peerEnds[position]) / Double(ids.count))
            case .tile(let count): column.append(int64: Self.tile(position, ids.count, count))
            case .shifted(let source, let rows, let otherwise, _):
                let other = position - Int(clamping: rows)
                if ids.indices.contains(other) {
                    column.append(store.columns[source].column, row: Int(ids[other]))
                } else if let otherwise {
                    column.append(store.columns[otherwise].column, row: Int(ids[position]))
                } else {
                    column.appendNull()
                }
            }
        }
    }

    /// The first tiles hold one row more where the rows don't go into them evenly.
    private static func tile(_ position: Int, _ rows: Int, _ tiles: Int64) -> Int64 {
        let count = Int64(rows)
        let (size, larger) = (count / tiles, count % tiles)
        let place = Int64(position)
        let inLarger = larger &* (size &+ 1)
        if place < inLarger { return place / (size &+ 1) &+ 1 }
        return larger &+ (place &- inLarger) / max(1, size) &+ 1
    }
}
