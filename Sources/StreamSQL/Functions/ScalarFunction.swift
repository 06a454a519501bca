/// The scalar functions the engine has kernels for, overloads resolved.
///
/// Operand types stand in the arguments of the call, the result type in the call. Where a comment names an argument
/// as *constant*, the binder guarantees a literal there.
package enum ScalarFunction: String, Sendable, Hashable, CaseIterable {
    // Comparison: both operands have one type (texts of any length are one type). NULL in, NULL out.
    case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
    /// Never NULL; NULLs are equal.
    case isDistinctFrom, isNotDistinctFrom
    /// (value, constant, constant, …): true, false, or NULL as SQL's IN has it.
    case inList

    // Logic: three-valued.
    case and, or, not
    // Never NULL.
    case isNull, isNotNull, isTrue, isNotTrue, isFalse, isNotFalse

    // Arithmetic: operands and result have one kind; integers wrap at the width of the result type; decimals
    // come with their own precision and scale and round half up to those of the result, NULL on overflow.
    case add, subtract, multiply, divide, modulo, negate
    case absolute, sign, ceiling, floor, squareRoot, power, naturalLogarithm, logarithm10, logarithm2, logarithm,
        exponential
    /// (number, digits INT)
    case round, truncate
    case sine, cosine, tangent, arcSine, arcCosine, arcTangent, arcTangent2, degrees, radians
    case greatest, least

    // Text. Positions count characters from 1.
    case characterLength, upper, lower, initialCapital, concatenate, concatenateWithSeparator
    /// (text, start INT) or (text, start INT, length INT)
    case substring
    /// (text, constant characters)
    case trimBoth, trimLeading, trimTrailing
    case replace, position, left, right, leftPad, rightPad, repeatText, reverse, startsWith, endsWith, splitIndex
    /// (text, constant pattern) or (text, constant pattern, constant escape)
    case like
    case ascii, character, md5, sha256

    // Time. Units are constant texts: YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND, MILLISECOND, DOW, DOY, EPOCH …
    /// (unit, time) -> BIGINT
    case extract
    /// (time, unit)
    case floorTime, ceilingTime
    /// (time, interval): a TIMESTAMP, TIMESTAMP_LTZ, DATE or TIME with an interval of months or milliseconds
    case addInterval, subtractInterval
    /// (unit, count, time)
    case timestampAdd
    /// (unit, from, to) -> INT
    case timestampDifference
    /// (timestamp, constant format) -> STRING
    case dateFormat
    /// (text) or (text, constant format); NULL when it does not fit
    case toTimestamp, toDate
    /// (number, precision 0 or 3)
    case toTimestampLTZ
    /// () or (text[, format]) -> BIGINT seconds
    case unixTimestamp
    /// (seconds[, format]) -> STRING
    case fromUnixTime
    case currentTimestamp, localTimestamp, currentDate, processingTime
    /// (rowtime) -> the current watermark, NULL before the first.
    case currentWatermark

    // Nested values.
    /// (row, constant position INT from 0): the field; NULL where the row is.
    case rowField
    /// (item, …) -> ROW, never NULL
    case makeRow
    /// (present BOOLEAN, item, …) -> ROW where it is present; the items are NULL where it is not.
    case presentRow
    case makeArray
    /// (key, value, key, value, …)
    case makeMap
    /// (array, index from 1) and (map, key): NULL where there is nothing
    case arrayElement, mapValue
}
