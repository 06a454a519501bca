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
    case hyperbolicSine, hyperbolicCosine, hyperbolicTangent
    /// (constant number of the call[, constant seed]): two calls of a statement are two expressions
    case random
    /// (constant number of the call, constant seed or NULL, bound INT)
    case randomInteger
    /// (constant number of the call)
    case uuid
    case greatest, least

    // Text. Positions count characters from 1.
    case characterLength, upper, lower, initialCapital, concatenate, concatenateWithSeparator
    /// (text, start INT) or (text, start INT, length INT)
    case substring
    /// (text, characters)
    case trimBoth, trimLeading, trimTrailing
    case replace, position, left, right, leftPad, rightPad, repeatText, reverse, startsWith, endsWith, splitIndex
    /// (text, pattern) or (text, pattern, constant escape)
    case like
    case ascii, character, md5, sha256
    case sha1, sha224, sha384, sha512
    /// (needle, text, start INT)
    case positionFrom
    /// (text, needle, start INT, occurrence INT)
    case occurrence
    /// (text, replacement, start INT) or with a length INT
    case overlay
    /// (text, from, to)
    case translate
    /// Never NULL: FALSE for NULL.
    case isAlpha, isDigit, isDecimal
    case toBase64, fromBase64, urlEncode, urlDecode, hexOfText, hexOfInteger, binaryDigits, unhex
    /// (text or bytes, constant name of a character set)
    case encode, decode
    /// (address, part) or (address, part, key)
    case parseURL
    /// (format, value of any type, …)
    case printFormat

    // Regular expressions: (text, pattern, …), the pattern in Java's dialect.
    case regexpFound, regexpCount, regexpPlace, regexpPart
    /// (text, pattern, group INT)
    case regexpExtract
    /// (text, pattern, group INT) -> ARRAY<STRING>
    case regexpParts
    /// (text, pattern, replacement)
    case regexpReplace
    /// (text, pattern) or (text, pattern, constant escape)
    case similarTo

    // JSON. Letters are constant texts that say what to do; the last two are for nothing and for an error.
    /// (document, path, constant letter T, F, U or E)
    case jsonExists
    /// (document, path, letters of N, D or E, value for nothing, value for an error)
    case jsonValue
    /// (document, path, letters W, C or U and twice N, E, A or O)
    case jsonQuery
    /// (text, constant letter V, S, A or O); FALSE for NULL
    case jsonTest
    /// (letters, name, value, …): N or A for NULLs, then J for each value that is JSON already, V for others
    case jsonObject
    /// (letters, value, …), as for jsonObject
    case jsonArray
    case jsonString, jsonQuote, jsonUnquote

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
    /// (timestamp, format) -> STRING
    case dateFormat
    /// (text) or (text, format); NULL when it does not fit
    case toTimestamp, toDate
    /// (number, precision 0 or 3)
    case toTimestampLTZ
    /// (text, constant pattern or NULL, constant zone)
    case toInstant
    /// (text, zone, zone)
    case convertZone
    case currentTime
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
    /// Of an array, map or multiset.
    case cardinality
    /// The only element of an array; fails where there are more.
    case element
    /// (array, element)
    case arrayAppend, arrayPrepend, arrayContains, arrayPosition, arrayRemove
    /// Arrays of one type.
    case arrayConcat, arrayUnion, arrayIntersect, arrayExcept
    case arrayDistinct, arrayReverse, arrayMaximum, arrayMinimum
    /// (array, start BIGINT[, end BIGINT])
    case arraySlice
    /// (array[, ascending BOOLEAN[, NULLs first BOOLEAN]])
    case arraySort
    /// (array of texts, delimiter[, what stands for NULL])
    case arrayJoin
    case mapKeys, mapValues, mapEntries
    /// Maps of one type.
    case mapUnion
    /// (keys, values); fails where they are not as many.
    case mapFromArrays
    /// (text, delimiter)
    case split
    /// (text, constant between pairs, constant inside of pairs)
    case stringToMap

    // Of the planner.
    /// (value, …, constant number INT) -> INT from 0: equal values have one bucket, NULLs too. Never NULL.
    case bucket
}
