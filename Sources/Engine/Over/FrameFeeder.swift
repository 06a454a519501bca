import Columnar
import StreamSQL

/// Feeds the aggregates of an OVER clause with rows of a store, one or a few at a time, and takes them back.
///
/// What can be looked up once for many rows is, so that a row costs no allocation.
final class FrameFeeder {
    private struct Prepared {
        var arguments: [Column]
        var filter: Column?
        var skipped: Column?
        var isAlwaysCounted: Bool { filter == nil && skipped == nil }
    }

    private(set) var aggregates: AggregateSet
    private let calls: [AggregateCall]
    private var prepared: [Prepared] = []
    private let minusOnes = StateArray<Int8>(zero: -1)
    private var counted: [Int32] = []

    init(_ calls: [AggregateCall], frameMoves: Bool, seed: UInt64, tracksChanges: Bool) {
        self.calls = calls
        aggregates = AggregateSet(calls, inputRetracts: frameMoves, seed: seed, tracksChanges: tracksChanges)
    }

    var isEmpty: Bool { calls.isEmpty }

    func compact(_ renumbered: Renumbering) {
        let fresh = aggregates.makeEmpty()
        fresh.reserve(groups: renumbered.kept.count)
        fresh.absorb(aggregates, groups: renumbered.numbers)
        fresh.finishRestore()
        aggregates = fresh
    }

    /// Looks at the columns the next rows come from.
    func prepare(_ columns: [GrowableColumn], rowCount: Int) {
        minusOnes.reserve(rowCount)
        prepared = calls.map { call in
            let arguments = ((call.argument.map { [$0] } ?? []) + call.moreArguments).map { columns[$0].column }
            let first = call.skipsNulls ? arguments.first : nil
            return Prepared(
                arguments: arguments, filter: call.filter.map { columns[$0].column },
                skipped: first.flatMap { $0.mayHaveNulls ? $0 : nil })
        }
    }

    /// Adds rows to their groups, or takes them back; `groups` has the group of each row by its place.
    func feed(_ rows: UnsafeBufferPointer<Int32>, groups: UnsafePointer<Int32>, takesBack: Bool) {
        guard let base = rows.baseAddress else { return }
        let signs = takesBack ? UnsafePointer(minusOnes.base) : nil
        for (number, call) in prepared.enumerated() {
            if call.isAlwaysCounted {
                let input = AggregateInput(groups: groups, rows: base, rowCount: rows.count, signs: signs)
                aggregates.update(call: number, input, call.arguments)
                continue
            }
            counted.removeAll(keepingCapacity: true)
            for row in rows where Self.counts(Int(row), call) { counted.append(row) }
            guard !counted.isEmpty else { continue }
            counted.withUnsafeBufferPointer { chosen in
                let input = AggregateInput(
                    groups: groups, rows: chosen.baseAddress, rowCount: chosen.count, signs: signs)
                aggregates.update(call: number, input, call.arguments)
            }
        }
    }

    @inline(__always)
    private static func counts(_ row: Int, _ call: Prepared) -> Bool {
        if let filter = call.filter, !filter.isValid(row) || !filter.bit(row) { return false }
        if let skipped = call.skipped, !skipped.isValid(row) { return false }
        return true
    }
}
