import Columnar
import StreamSQL
import Testing

@testable import Engine

// Aggregate functions: rows taken into the states of one group, and of a thousand.
extension KernelSpeedTests {
    private static let groupCounts = [1, 1_000]

    /// Prints the time a row with one group and with a thousand; beside it that of a dictionary of values that takes one row
    /// after the other.
    private func aggregate(
        _ name: String, _ calls: [AggregateCall], _ columns: [Column],
        plain: ((LiteralValue?, LiteralValue) -> LiteralValue)? = nil
    ) throws {
        let batch = Batch(columns: columns, rowCount: Self.rowCount)
        let values = ExpressionHarness.values(columns[0], Self.rowCount)
        for groupCount in Self.groupCounts {
            let groups = (0..<Self.rowCount).map { Int32(truncatingIfNeeded: Int(mixed($0)) % groupCount) }
            let set = AggregateSet(calls, inputRetracts: false, seed: 1)
            set.reserve(groups: groupCount)
            // What keeps each value would grow over many runs, so there are few.
            let kernel = try time(10) {
                groups.withUnsafeBufferPointer { set.update(batch, groups: $0.baseAddress!, signs: nil) }
            }
            let shown = "\(name), \(groupCount == 1 ? "one group" : "1,000 groups")"
            guard let plain else {
                report(shown, kernel, nil)
                continue
            }
            var totals: [Int32: LiteralValue] = [:]
            let slow = try time(2) {
                for (row, value) in values.enumerated() where value != .null {
                    totals[groups[row]] = plain(totals[groups[row]], value)
                }
            }
            #expect(totals.count == Set(groups).count)
            report(shown, kernel, slow)
        }
    }

    private static func number(_ value: LiteralValue?) -> Int64 {
        if case .int64(let number) = value { return number }
        return 0
    }

    private static func real(_ value: LiteralValue?) -> Double {
        if case .float64(let number) = value { return number }
        return 0
    }

    @Test func aggregatesOfNumbers() throws {
        announce("Aggregates")
        let (bigint, double) = (DataType(.bigint), DataType(.double))
        let whole = [column(.bigint) { .int64(mixed($0)) }]
        let reals = [column(.double) { .float64(Double(mixed($0)) / 100) }]
        func call(_ function: AggregateCall.Function, _ type: DataType, _ result: DataType) -> AggregateCall {
            AggregateCall(function, argument: 0, argumentType: type, resultType: result)
        }
        let rows = [AggregateCall(.countRows, resultType: bigint)]
        try aggregate("COUNT(*)", rows, whole) { total, _ in .int64(Self.number(total) + 1) }
        try aggregate("COUNT(x)", [call(.count, bigint, bigint)], whole) { total, _ in .int64(Self.number(total) + 1) }
        try aggregate("SUM of BIGINT", [call(.sum, bigint, bigint)], whole) {
            .int64(Self.number($0) &+ Self.number($1))
        }
        try aggregate("SUM of DOUBLE", [call(.sum, double, double)], reals) { .float64(Self.real($0) + Self.real($1)) }
        try aggregate("AVG of DOUBLE", [call(.average, double, double)], reals)
        try aggregate("MIN of BIGINT", [call(.minimum, bigint, bigint)], whole) {
            .int64(min($0 == nil ? .max : Self.number($0), Self.number($1)))
        }
        try aggregate("MAX of DOUBLE", [call(.maximum, double, double)], reals) {
            .float64(max($0 == nil ? -.infinity : Self.real($0), Self.real($1)))
        }
        // STDDEV, VAR and so on are sums of values and squares, and a count.
        let squares = reals + [column(.double) { .float64(Double(mixed($0)) * Double(mixed($0)) / 10_000) }]
        let spread = [
            call(.sum, double, double), AggregateCall(.sum, argument: 1, argumentType: double, resultType: double),
            call(.count, double, bigint),
        ]
        try aggregate("STDDEV: its two sums and count", spread, squares)
        let amount = DataType(.decimal(precision: 12, scale: 2))
        let amounts = [column(amount.logical) { .int128(Int128(mixed($0))) }]
        try aggregate("SUM of DECIMAL", [call(.sum, amount, DataType(.decimal(precision: 38, scale: 2)))], amounts)
        try aggregate("FIRST_VALUE", [call(.firstValue, bigint, bigint)], whole) { $0 ?? $1 }
        try aggregate("LAST_VALUE", [call(.lastValue, bigint, bigint)], whole) { $1 }
        let few = [column(.bigint) { .int64(mixed($0) % 100) }]
        let distinct = AggregateCall(
            .count, argument: 0, argumentType: bigint, isDistinct: true, resultType: bigint)
        try aggregate("COUNT(DISTINCT x) of 100 values", [distinct], few)
        let percentile = AggregateCall(
            .percentile, argument: 0, argumentType: double, parameter: .fractions([0.5]), resultType: double)
        try aggregate("PERCENTILE", [percentile], reals)
    }

    @Test func aggregatesOfTexts() throws {
        announce("Aggregates")
        let string = DataType(.string)
        let names = [column(.string) { .text(Array(["reChargeNotifyReq", "payNotifyReq", "orderReq"][$0 % 3].utf8)) }]
        func call(_ function: AggregateCall.Function, _ result: LogicalType) -> AggregateCall {
            let parameter: AggregateCall.Parameter = function == .listAggregate ? .separator([0x2C]) : .none
            return AggregateCall(
                function, argument: 0, argumentType: string, parameter: parameter, resultType: DataType(result))
        }
        try aggregate("MAX of texts", [call(.maximum, .string)], names)
        try aggregate("LISTAGG", [call(.listAggregate, .string)], names)
        try aggregate("ARRAY_AGG", [call(.arrayAggregate, .array(string))], names)
        try aggregate("COLLECT", [call(.collect, .multiset(string))], names)
        try aggregate("JSON_ARRAYAGG", [call(.jsonArray, .string)], names)
        let keyed = names + [column(.bigint) { .int64(mixed($0)) }]
        var object = call(.jsonObject, .string)
        object.moreArguments = [1]
        try aggregate("JSON_OBJECTAGG", [object], keyed)
    }
}
