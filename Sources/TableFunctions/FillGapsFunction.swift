import Columnar
import ConnectorContract

/// `FILL_GAPS(input => TABLE t PARTITION BY k, step => INTERVAL '1' MINUTE [, at_most => 60],
/// on_time => DESCRIPTOR(ts))`: the rows in the order of their time, and between them the last one again at each
/// multiple of the step at which there is none.
///
/// A key that stays silent is filled up `at_most` times, so that keys that are gone for good cost nothing for long.
struct FillGapsFunction: TableFunction {
    let name = "FILL_GAPS"
    let summary = "repeats the last row of a key at each step of time until the next one comes"
    let parameters = [
        TableFunctionParameter("input", .rowsByKey), TableFunctionParameter("step", .constant(.intervalMilliseconds)),
        TableFunctionParameter("at_most", .constant(.integer), isOptional: true),
    ]
    static let atMost: Int64 = 60
    private static let mostAtMost: Int64 = 1_000_000

    func shape(of call: TableFunctionCall) throws(TableFunctionError) -> TableFunctionShape {
        try IntervalArgument.check(call, "step")
        let atMost = call.integer("at_most") ?? Self.atMost
        guard (1...Self.mostAtMost).contains(atMost) else {
            throw TableFunctionError("at_most is from 1 to \(Self.mostAtMost)", parameter: "at_most")
        }
        return TableFunctionShape(
            fields: [Field("is_filled", DataType(.boolean, isNullable: false))], passesColumns: true)
    }

    func makeProcessor(for call: TableFunctionCall) -> any TableFunctionProcessor {
        FillGapsProcessor(
            stepMicroseconds: IntervalArgument.microseconds(call, "step"),
            atMost: Int32(clamping: call.integer("at_most") ?? Self.atMost))
    }
}

/// Runs FILL_GAPS.
final class FillGapsProcessor: TableFunctionProcessor {
    private let stepMicroseconds: Int64
    private let atMost: Int32
    /// At one time a row takes the place of a filled one: fired in the order of their numbers.
    private static let due = TimerName(0)
    private static let fill = TimerName(1)

    init(stepMicroseconds: Int64, atMost: Int32) {
        self.stepMicroseconds = stepMicroseconds
        self.atMost = atMost
    }

    func process(
        _ row: TableFunctionRow, _ state: inout LastRowState, _ output: any TableFunctionOutput
    ) throws {
        guard let time = row.time, time > output.watermark else { return output.countLateRow() }
        state.pending.insert(output.keep(row), at: time)
        if let first = state.pending.first { try output.setTimer(Self.due, at: first) }
    }

    func fire(
        _ timer: TimerName, at time: Int64, _ state: inout LastRowState, _ output: any TableFunctionOutput
    ) throws {
        if timer == Self.fill { return try fill(at: time, &state, output) }
        while let (row, at) = state.pending.takeFirst(upTo: time) {
            try output.emit(.insert, row, [.boolean(false)], time: at)
            state.last = row
            state.filled = 0
            try output.setTimer(Self.fill, at: next(after: at))
        }
        if let first = state.pending.first { try output.setTimer(Self.due, at: first) }
    }

    private func fill(at time: Int64, _ state: inout LastRowState, _ output: any TableFunctionOutput) throws {
        guard let last = state.last else { return }
        try output.emit(.insert, last, [.boolean(true)], time: time)
        state.filled += 1
        if state.filled < atMost {
            try output.setTimer(Self.fill, at: next(after: time))
        } else {
            state.last = nil
        }
    }

    /// The next multiple of the step.
    private func next(after time: Int64) -> Int64 {
        let over = time % stepMicroseconds
        return time &- (over < 0 ? over &+ stepMicroseconds : over) &+ stepMicroseconds
    }
}
