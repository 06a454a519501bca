import ConnectorContract

/// Arguments that are spans of event time.
enum IntervalArgument {
    /// A thousand years: sums of times with it stay far from the ends of the range.
    private static let longestMilliseconds: Int64 = 366_000 * 86_400_000

    /// Checks that the call has `on_time` and the argument is a span.
    static func check(_ call: TableFunctionCall, _ parameter: String) throws(TableFunctionError) {
        guard call.hasTime else {
            throw TableFunctionError("it goes by event time", hint: "add on_time => DESCRIPTOR(ts)")
        }
        guard let value = call.integer(parameter), (1...longestMilliseconds).contains(value) else {
            throw TableFunctionError(
                "\(parameter) is longer than zero and at most 366000 days", parameter: parameter,
                hint: "for example INTERVAL '10' SECOND")
        }
    }

    static func microseconds(_ call: TableFunctionCall, _ parameter: String) -> Int64 {
        max(1, min(call.integer(parameter) ?? 1, longestMilliseconds)) * 1_000
    }
}
