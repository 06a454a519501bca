package import Columnar

/// One aggregate function over columns of the input.
package struct AggregateCall: Sendable, Hashable {
    /// The functions. Those of the variance family are written with sums and counts before they get here.
    package enum Function: String, Sendable, Hashable {
        case countRows, count, sum, average, minimum, maximum
        /// SUM that is 0 over no values.
        case sumOrZero
        /// In order of arrival.
        case firstValue, lastValue
        /// LISTAGG: the texts in order of arrival.
        case listAggregate
        /// COLLECT, to a MULTISET, and ARRAY_AGG in order of arrival.
        case collect, arrayAggregate
        /// JSON_ARRAYAGG (value) and JSON_OBJECTAGG (key, value).
        case jsonArray, jsonObject
        /// (DOUBLE), or (DOUBLE, BIGINT times)
        case percentile
    }

    /// What a call knows beside its columns.
    package enum Parameter: Sendable, Hashable {
        case none
        /// Between the texts of LISTAGG.
        case separator([UInt8])
        /// Between 0 and 1, of PERCENTILE.
        case fractions([Double])
        /// Members whose value is NULL are left out.
        case absentOnNull
    }

    package var function: Function
    /// The argument's column; nil for `countRows`.
    package var argument: Int?
    package var argumentType: DataType?
    /// The columns of further arguments.
    package var moreArguments: [Int]
    package var parameter: Parameter
    /// Rows whose (first) argument is NULL do not count.
    package var skipsNulls: Bool
    package var isDistinct: Bool
    /// A BOOLEAN column: only rows where it is true count.
    package var filter: Int?
    package var resultType: DataType

    package init(
        _ function: Function, argument: Int? = nil, argumentType: DataType? = nil, moreArguments: [Int] = [],
        parameter: Parameter = .none, skipsNulls: Bool = true, isDistinct: Bool = false, filter: Int? = nil,
        resultType: DataType
    ) {
        self.function = function
        self.argument = argument
        self.argumentType = argumentType
        self.moreArguments = moreArguments
        self.parameter = parameter
        self.skipsNulls = skipsNulls
        self.isDistinct = isDistinct
        self.filter = filter
        self.resultType = resultType
    }

    /// The columns that carry this call from `local` to `global`; nil for calls that need `whole`, which are those
    /// that must know each value, or the order in which the values came.
    package func partialFields(inputRetracts: Bool) -> [Field]? {
        isDistinct && function != .minimum && function != .maximum
            || inputRetracts && (function == .minimum || function == .maximum) || partialFields.isEmpty
            ? nil : partialFields
    }

    /// The columns that carry this call from `local` to `global`, where it can be in two phases.
    package var partialFields: [Field] {
        let count = Field("count", DataType(.bigint, isNullable: false))
        switch function {
        case .countRows, .count: return [count]
        // The sum of no values is NULL: the count of values travels along.
        case .sum, .average, .sumOrZero: return [Field("sum", partialSumType), count]
        case .minimum, .maximum: return [Field("extreme", (argumentType ?? resultType).nullable(true))]
        case .firstValue, .lastValue, .listAggregate, .collect, .arrayAggregate, .jsonArray, .jsonObject, .percentile:
            return []
        }
    }

    /// The type sums are kept in: BIGINT for integers, DOUBLE for floats, DECIMAL(38, s) for decimals.
    package var partialSumType: DataType {
        switch argumentType?.logical {
        case .decimal(_, let scale): DataType(.decimal(precision: LogicalType.maximumPrecision, scale: scale))
        case .float, .double: DataType(.double)
        default: DataType(.bigint)
        }
    }

    /// What the call gives over no rows.
    var beginning: NodeState.Beginning {
        switch function {
        case .countRows, .count, .sumOrZero: .zero
        case .sum, .average, .minimum, .maximum, .firstValue, .lastValue: .null
        case .listAggregate, .collect, .arrayAggregate, .jsonArray, .jsonObject, .percentile: .unknown
        }
    }

    /// The call over another numbering of the columns.
    func shifted(_ transform: (Int) -> Int) -> AggregateCall {
        var call = self
        call.argument = argument.map(transform)
        call.moreArguments = moreArguments.map(transform)
        call.filter = filter.map(transform)
        return call
    }

    /// The columns the call reads.
    var columns: [Int] { (argument.map { [$0] } ?? []) + moreArguments + (filter.map { [$0] } ?? []) }
}
