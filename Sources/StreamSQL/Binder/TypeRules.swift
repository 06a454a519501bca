import Columnar

// What the rules of the dialect say about types: which are alike, what two of them have in common.
extension LogicalType {
    var isInteger: Bool {
        switch self {
        case .tinyint, .smallint, .integer, .bigint: true
        default: false
        }
    }

    var isApproximate: Bool {
        switch self {
        case .float, .double: true
        default: false
        }
    }

    var isDecimal: Bool {
        if case .decimal = self { return true }
        return false
    }

    var isNumeric: Bool { isInteger || isApproximate || isDecimal }

    var isText: Bool {
        switch self {
        case .char, .varchar: true
        default: false
        }
    }

    var isBinary: Bool {
        switch self {
        case .binary, .varbinary: true
        default: false
        }
    }

    var isInterval: Bool { self == .intervalMonths || self == .intervalMilliseconds }

    /// TIMESTAMP and TIMESTAMP_LTZ.
    var isTimestamp: Bool {
        switch self {
        case .timestamp, .timestampLTZ: true
        default: false
        }
    }

    /// A point in time: DATE, TIME and both timestamps.
    var isTemporal: Bool {
        switch self {
        case .date, .time, .timestamp, .timestampLTZ: true
        default: false
        }
    }

    var isNested: Bool {
        switch self {
        case .array, .map, .multiset, .row: true
        default: false
        }
    }

    /// The DECIMAL that holds every value of an exact number type.
    var asDecimal: (precision: Int, scale: Int)? {
        switch self {
        case .tinyint: (3, 0)
        case .smallint: (5, 0)
        case .integer: (10, 0)
        case .bigint: (19, 0)
        case .decimal(let precision, let scale): (precision, scale)
        default: nil
        }
    }

    /// Characters of a CHAR or VARCHAR.
    var textLength: Int? {
        switch self {
        case .char(let length), .varchar(let length): length
        default: nil
        }
    }

    private var integerRank: Int {
        switch self {
        case .tinyint: 1
        case .smallint: 2
        case .integer: 3
        case .bigint: 4
        default: 0
        }
    }

    /// The type that values of both types can be brought to without a cast being written; nil when there is none.
    static func common(_ left: LogicalType, _ right: LogicalType) -> LogicalType? {
        if left == right { return left }
        if left == .null { return right }
        if right == .null { return left }
        if left.isNumeric, right.isNumeric { return commonNumber(left, right) }
        if let leftLength = left.textLength, let rightLength = right.textLength {
            return .varchar(max(leftLength, rightLength))
        }
        switch (left, right) {
        case (.binary(let first), .binary(let second)), (.binary(let first), .varbinary(let second)),
            (.varbinary(let first), .binary(let second)), (.varbinary(let first), .varbinary(let second)):
            return .varbinary(max(first, second))
        case (.time(let first), .time(let second)): return .time(precision: max(first, second))
        case (.timestamp(let first), .timestamp(let second)): return .timestamp(precision: max(first, second))
        case (.timestampLTZ(let first), .timestampLTZ(let second)), (.timestamp(let first), .timestampLTZ(let second)),
            (.timestampLTZ(let first), .timestamp(let second)):
            return .timestampLTZ(precision: max(first, second))
        case (.date, .timestamp), (.date, .timestampLTZ): return right
        case (.timestamp, .date), (.timestampLTZ, .date): return left
        default: return commonNested(left, right)
        }
    }

    /// Nested types have one in common when their parts do; a ROW keeps the field names of the left.
    private static func commonNested(_ left: LogicalType, _ right: LogicalType) -> LogicalType? {
        switch (left, right) {
        case (.array(let first), .array(let second)): return DataType.common(first, second).map { .array($0) }
        case (.multiset(let first), .multiset(let second)): return DataType.common(first, second).map { .multiset($0) }
        case (.map(let firstKey, let firstValue), .map(let secondKey, let secondValue)):
            guard let key = DataType.common(firstKey, secondKey),
                let value = DataType.common(firstValue, secondValue)
            else { return nil }
            return .map(key: key, value: value)
        case (.row(let first), .row(let second)) where first.count == second.count:
            var fields: [Field] = []
            for (one, other) in zip(first, second) {
                guard let type = DataType.common(one.type, other.type) else { return nil }
                fields.append(Field(one.name, type))
            }
            return .row(fields)
        default: return nil
        }
    }

    private static func commonNumber(_ left: LogicalType, _ right: LogicalType) -> LogicalType {
        if left.isApproximate || right.isApproximate {
            if left == .double || right == .double || left.isDecimal || right.isDecimal { return .double }
            return .float
        }
        if left.isInteger, right.isInteger { return left.integerRank >= right.integerRank ? left : right }
        guard let first = left.asDecimal, let second = right.asDecimal else { return .double }
        let scale = max(first.scale, second.scale)
        let whole = max(first.precision - first.scale, second.precision - second.scale)
        return .decimal(precision: min(maximumPrecision, whole + scale), scale: min(scale, maximumPrecision))
    }

    /// A DECIMAL of this size, cut to what a DECIMAL can hold: whole digits are kept, fraction digits go first.
    private static func adjustedDecimal(precision: Int, scale: Int) -> LogicalType {
        guard precision > maximumPrecision else { return .decimal(precision: precision, scale: scale) }
        let whole = precision - scale
        return .decimal(precision: maximumPrecision, scale: max(maximumPrecision - whole, min(scale, 6)))
    }

    /// The type of an arithmetic operation over two exact numbers, at least one of them DECIMAL.
    static func decimalResult(_ function: ScalarFunction, _ left: LogicalType, _ right: LogicalType) -> LogicalType? {
        guard let first = left.asDecimal, let second = right.asDecimal else { return nil }
        let scale = max(first.scale, second.scale)
        let firstWhole = first.precision - first.scale
        let secondWhole = second.precision - second.scale
        switch function {
        case .add, .subtract:
            return adjustedDecimal(precision: max(firstWhole, secondWhole) + scale + 1, scale: scale)
        case .multiply:
            return adjustedDecimal(precision: first.precision + second.precision + 1, scale: first.scale + second.scale)
        case .divide:
            let scale = max(6, first.scale + second.precision + 1)
            return adjustedDecimal(precision: firstWhole + second.scale + scale, scale: scale)
        case .modulo:
            return adjustedDecimal(precision: min(firstWhole, secondWhole) + scale, scale: scale)
        default: return nil
        }
    }
}

extension DataType {
    /// The common type of two, nullable when one is.
    static func common(_ left: DataType, _ right: DataType) -> DataType? {
        LogicalType.common(left.logical, right.logical).map {
            DataType(
                $0, isNullable: left.isNullable || right.isNullable || left.logical == .null || right.logical == .null)
        }
    }

    static let boolean = DataType(.boolean)
    static let string = DataType(.string)
}
