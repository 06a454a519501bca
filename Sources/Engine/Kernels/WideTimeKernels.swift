import Columnar
import StreamSQL

/// Casts and arithmetic of timestamps of more than six digits, which are `Int128` nanoseconds.
///
/// Calendars and zones are the matter of the kernels over microseconds. These here split a value into whole microseconds
/// and the nanoseconds above them, let those kernels work on the former, and put the latter back.
enum WideTimeKernels {
    /// Digits of a timestamp type, and whether it is TIMESTAMP_LTZ.
    static func form(_ type: LogicalType) -> (precision: Int, isInstant: Bool) {
        switch type {
        case .timestamp(let precision): (precision, false)
        case .timestampLTZ(let precision): (precision, true)
        default: (LogicalType.microsecondPrecision, false)
        }
    }

    /// The type with as many digits as microseconds have.
    private static func short(_ type: LogicalType) -> LogicalType {
        guard type.isWideTimestamp else { return type }
        let precision = LogicalType.microsecondPrecision
        return form(type).isInstant ? .timestampLTZ(precision: precision) : .timestamp(precision: precision)
    }

    /// A cast of which at least one side is wide; nil when there is none.
    static func cast(from: LogicalType, to: LogicalType, zone: TimeZoneRules) -> Kernel? {
        let (source, target) = (short(from), short(to))
        switch (from.isWideTimestamp, to.isWideTimestamp) {
        case (true, true):
            let precision = min(form(from).precision, form(to).precision)
            guard source != target else { return truncate(toPrecision: precision) }
            return TimeCasts.kernel(from: source, to: target, zone: zone).map {
                keepingNanoseconds($0, of: 0, source, toPrecision: precision)
            }
        case (true, false):
            if source == target { return narrow }
            return TimeCasts.kernel(from: source, to: target, zone: zone).map { onMicroseconds($0, source) }
        default:
            if source == target { return widen }
            return TimeCasts.kernel(from: source, to: target, zone: zone).map { widened($0, target) }
        }
    }

    // MARK: Kernels of one pass

    private static func truncate(toPrecision precision: Int) -> Kernel {
        { call in mapUnary(call, \.int128, \.int128) { WideTime.truncate($0, toPrecision: precision) } }
    }

    private static let narrow: Kernel = { call in
        mapUnary(call, \.int128, \.int64) { WideTime.split($0).microseconds }
    }

    private static let widen: Kernel = { call in mapUnary(call, \.int64, \.int128) { WideTime.join($0) } }

    // MARK: Kernels around kernels over microseconds

    /// The kernel's result for the whole microseconds of the only operand.
    private static func onMicroseconds(_ kernel: @escaping Kernel, _ type: LogicalType) -> Kernel {
        { call throws(EvaluationError) in
            let inner = innerCall(call, 0, type, result: call.type)
            defer { inner.finish() }
            return try kernel(inner)
        }
    }

    /// The kernel's microseconds as nanoseconds.
    private static func widened(_ kernel: @escaping Kernel, _ type: LogicalType) -> Kernel {
        { call throws(EvaluationError) in
            let inner = call.remembered { KernelCall() }
            inner.prepare(
                call.arguments, rowCount: call.rowCount, type: DataType(type), context: call.context, reusable: nil)
            defer { inner.finish() }
            let short = try kernel(inner)
            let result = call.makeResult()
            for row in 0..<call.rowCount { result.int128[row] = WideTime.join(short.int64[row]) }
            adoptNulls(of: short, call, into: result)
            return result
        }
    }

    /// The kernel's result for the whole microseconds of an operand, with the nanoseconds above them added to it again.
    static func keepingNanoseconds(
        _ kernel: @escaping Kernel, of index: Int, _ type: LogicalType, toPrecision precision: Int = 9
    ) -> Kernel {
        { call throws(EvaluationError) in
            let inner = innerCall(call, index, short(type), result: DataType(short(type)))
            defer { inner.finish() }
            let moved = try kernel(inner)
            let result = call.makeResult()
            let (wide, mask) = (call[index].column.int128, call[index].rowMask)
            for row in 0..<call.rowCount {
                let value = WideTime.join(moved.int64[row], WideTime.split(wide[row & mask]).rest)
                result.int128[row] = WideTime.truncate(value, toPrecision: precision)
            }
            adoptNulls(of: moved, call, into: result)
            return result
        }
    }

    /// The call with the microseconds of one operand in place of it. It is kept between batches, for what kernels remember.
    private static func innerCall(
        _ call: KernelCall, _ index: Int, _ type: LogicalType, result: DataType
    ) -> KernelCall {
        let inner = call.remembered { KernelCall() }
        let operand = call[index]
        let rowCount = operand.isConstant ? 1 : call.rowCount
        let short = Column(DataType(type), capacity: rowCount)
        for row in 0..<rowCount { short.int64[row] = WideTime.split(operand.column.int128[row]).microseconds }
        if operand.column.mayHaveNulls {
            short.validity.update(from: operand.column.validity, count: (rowCount + 63) / 64)
            short.mayHaveNulls = true
        }
        var arguments = call.arguments
        arguments[index] = KernelArgument(column: short, isConstant: operand.isConstant)
        inner.prepare(arguments, rowCount: call.rowCount, type: result, context: call.context, reusable: nil)
        return inner
    }

    private static func adoptNulls(of column: Column, _ call: KernelCall, into result: Column) {
        guard column.mayHaveNulls else { return }
        result.validity.update(from: column.validity, count: call.wordCount)
        result.mayHaveNulls = true
    }
}
