import Columnar
import Diagnostics
import StreamSQL

/// Chooses the kernel of a call by its function and types. The one place that knows all functions.
struct KernelSelection {
    let function: ScalarFunction
    let arguments: [PlanExpression]
    let type: DataType
    let zone: TimeZoneRules

    func kernel() throws(MillraceError) -> Kernel {
        try checkArity()
        let timeless = nested() ?? comparison() ?? arithmetic() ?? text() ?? encoding()
        guard let kernel = timeless == nil ? try time() : timeless else {
            let types = arguments.map(\.type.logical.description).joined(separator: ", ")
            throw MillraceError(
                .user, code: "unsupported_function", "there is no \(function.rawValue)(\(types)) giving \(type.logical)"
            )
        }
        return kernel
    }

    func logical(_ index: Int) -> LogicalType { arguments[index].type.logical }

    /// The plan comes from the binder, but a wrong count of arguments must not become a trap.
    private func checkArity() throws(MillraceError) {
        guard function.arity.contains(arguments.count) else {
            throw MillraceError(
                .internalError, code: "wrong_arity", "\(function.rawValue) got \(arguments.count) arguments")
        }
    }

    // MARK: Families

    private func comparison() -> Kernel? {
        switch function {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
            return areAlike ? ComparisonKernels.kernel(function, logical(0)) : nil
        case .isDistinctFrom: return areAlike ? ComparisonKernels.distinctKernel(isNegated: false, logical(0)) : nil
        case .isNotDistinctFrom: return areAlike ? ComparisonKernels.distinctKernel(isNegated: true, logical(0)) : nil
        case .inList:
            var values: [LiteralValue] = []
            for argument in arguments.dropFirst() {
                guard case .literal(let value, let type) = argument, type.kind == logical(0).kind || value == .null
                else { return nil }
                values.append(value)
            }
            return MembershipKernels.kernel(logical(0), values: values)
        case .and, .or: return areBooleans ? (function == .and ? LogicKernels.and : LogicKernels.or) : nil
        case .not: return areBooleans ? LogicKernels.not : nil
        case .isNull, .isNotNull: return LogicKernels.test(function)
        case .isTrue, .isNotTrue, .isFalse, .isNotFalse: return areBooleans ? LogicKernels.test(function) : nil
        case .bucket:
            guard case .literal(.int64(let count), _)? = arguments.last, type.kind == .int64 else { return nil }
            return BucketKernel.kernel(count: count)
        case .greatest, .least:
            return areAlike ? ExtremeKernels.kernel(type.logical, isGreatest: function == .greatest) : nil
        default: return nil
        }
    }

    /// True when all operands lie alike in memory.
    private var areAlike: Bool { arguments.allSatisfy { $0.type.kind == arguments[0].type.kind } }
    private var areBooleans: Bool { arguments.allSatisfy { $0.type.kind == .bits } }

    private func arithmetic() -> Kernel? {
        switch function {
        case .add, .subtract, .multiply, .divide, .modulo, .negate, .absolute, .sign, .ceiling, .floor:
            guard areAlike, arguments[0].type.kind == type.kind else { return nil }
            switch type.kind {
            case .int64: return ArithmeticKernels.integers(function, type.logical)
            case .float64: return ArithmeticKernels.floats(function, type.logical)
            case .int128: return DecimalKernels(arguments.map(\.type.logical), result: type.logical)?.kernel(function)
            case .bits, .text: return nil
            }
        case .round, .truncate:
            guard arguments[0].type.kind == type.kind, arguments[1].type.kind == .int64 else { return nil }
            return RoundingKernels.kernel(
                arguments.map(\.type.logical), result: type.logical, isTruncating: function == .truncate)
        default:
            guard areAlike, arguments.first?.type.kind == .float64, type.kind == .float64 else { return nil }
            return ArithmeticKernels.real(function)
        }
    }

    private func text() -> Kernel? {
        switch function {
        case .characterLength: return has([.text]) ? TextKernels.characterLength : nil
        case .upper: return has([.text]) ? LetterCaseKernels.upper : nil
        case .lower: return has([.text]) ? LetterCaseKernels.lower : nil
        case .initialCapital: return has([.text]) ? LetterCaseKernels.initialCapital : nil
        case .concatenate: return areTexts ? TextMakingKernels.concatenate : nil
        case .concatenateWithSeparator: return areTexts ? TextMakingKernels.concatenateWithSeparator : nil
        case .substring: return has([.text, .int64]) || has([.text, .int64, .int64]) ? TextKernels.substring : nil
        case .trimBoth: return trim(leading: true, trailing: true)
        case .trimLeading: return trim(leading: true, trailing: false)
        case .trimTrailing: return trim(leading: false, trailing: true)
        case .replace: return has([.text, .text, .text]) ? TextMakingKernels.replace : nil
        case .position: return has([.text, .text]) ? TextKernels.position : nil
        case .left: return has([.text, .int64]) ? TextKernels.left : nil
        case .right: return has([.text, .int64]) ? TextKernels.right : nil
        case .leftPad: return has([.text, .int64, .text]) ? TextMakingKernels.pad(isLeft: true) : nil
        case .rightPad: return has([.text, .int64, .text]) ? TextMakingKernels.pad(isLeft: false) : nil
        case .repeatText: return has([.text, .int64]) ? TextMakingKernels.repeatText : nil
        case .reverse: return has([.text]) ? TextMakingKernels.reverse : nil
        case .startsWith: return has([.text, .text]) ? TextKernels.startsWith : nil
        case .endsWith: return has([.text, .text]) ? TextKernels.endsWith : nil
        case .splitIndex: return has([.text, .text, .int64]) ? TextKernels.splitIndex : nil
        case .like: return like()
        case .ascii: return has([.text]) ? TextKernels.ascii : nil
        case .character: return has([.int64]) ? TextKernels.character : nil
        case .md5: return has([.text]) ? DigestKernels.md5 : nil
        case .sha256: return has([.text]) ? DigestKernels.sha256 : nil
        default: return nil
        }
    }

    var areTexts: Bool { arguments.allSatisfy { $0.type.kind == .text } }
    func has(_ kinds: [PhysicalKind]) -> Bool { arguments.map(\.type.kind) == kinds }

    private func trim(leading: Bool, trailing: Bool) -> Kernel? {
        guard areTexts else { return nil }
        if isNull(1) { return Self.nothing }
        guard let characters = constantText(1) else {
            return TrimKernels.kernel(leading: leading, trailing: trailing)
        }
        return TrimKernels.kernel(characters, leading: leading, trailing: trailing)
    }

    private func like() -> Kernel? {
        guard areTexts else { return nil }
        if isNull(1) || (arguments.count > 2 && isNull(2)) { return Self.nothing }
        var escape: [UInt8] = [0x5C]
        if arguments.count > 2 {
            guard let bytes = constantText(2) else { return LikeKernels.escapedKernel }
            escape = bytes
        }
        guard let pattern = constantText(1) else { return LikeKernels.kernel(escape: escape) }
        return LikeKernels.kernel(LikePattern(pattern, escape: escape))
    }

    // MARK: Constants

    /// The result of a function whose constant argument is NULL.
    static let nothing: Kernel = { call in call.makeNullResult() }

    func isNull(_ index: Int) -> Bool {
        if case .literal(.null, _) = arguments[index] { return true }
        return false
    }

    func constantText(_ index: Int) -> [UInt8]? {
        if case .literal(.text(let bytes), _) = arguments[index] { return bytes }
        return nil
    }

    private func unit(_ index: Int) throws(MillraceError) -> TimeField? {
        guard let name = constantText(index) else { return nil }
        if let field = TimeField(name) { return field }
        throw MillraceError(
            .user, code: "unknown_time_unit", "'\(String(decoding: name, as: UTF8.self))' is no unit of time",
            hint: "units are YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND, MILLISECOND, DOW, DOY and EPOCH")
    }

    /// The pattern at an index, or the usual one when there is no such argument.
    private func pattern(_ index: Int) throws(MillraceError) -> TimePattern? {
        if arguments.count <= index { return try TimePattern(Array("yyyy-MM-dd HH:mm:ss".utf8)) }
        return try constantText(index).map { (bytes) throws(MillraceError) in try TimePattern(bytes) }
    }

    // MARK: Time

    private func time() throws(MillraceError) -> Kernel? {
        switch function {
        case .currentTimestamp, .processingTime: return ClockKernels.now(zone) { $1 }
        case .localTimestamp: return ClockKernels.now(zone) { local, _ in local }
        case .currentDate:
            return ClockKernels.now(zone) { local, _ in floorDivide(local, TimeUnits.microsecondsPerDay) }
        case .currentTime:
            // A TIME without fraction.
            return ClockKernels.now(zone) { local, _ in
                let second = floorDivide(local, TimeUnits.microsecondsPerSecond)
                return floorModulo(second, 86_400) &* 1_000
            }
        case .convertZone: return has([.text, .text, .text]) ? ZoneTextKernels.convert : nil
        case .toInstant:
            guard has([.text, .text, .text]), let zone = constantText(2) else { return nil }
            let rules = try TimeZoneRules.named(String(decoding: zone, as: UTF8.self))
            return ZoneTextKernels.toInstant(isNull(1) ? nil : try pattern(1), rules)
        case .currentWatermark: return ClockKernels.watermark
        case .dateFormat, .toTimestamp, .toDate, .unixTimestamp, .fromUnixTime: return try timeText()
        default: break
        }
        let kernels = TimeKernels(zone: zone)
        switch function {
        case .extract:
            guard let unit = try unit(0), arguments[1].type.kind == .int64 else { return nil }
            return kernels.extract(unit, from: logical(1))
        case .floorTime, .ceilingTime:
            guard let unit = try unit(1), arguments[0].type.kind == .int64 else { return nil }
            return kernels.round(unit, logical(0), isUp: function == .ceilingTime)
        case .addInterval, .subtractInterval:
            guard has([.int64, .int64]) || has([.int128, .int64]) && logical(0).isWideTimestamp else { return nil }
            let shift = kernels.shift(logical(0), by: logical(1), isNegative: function == .subtractInterval)
            return logical(0).isWideTimestamp ? WideTimeKernels.keepingNanoseconds(shift, of: 0, logical(0)) : shift
        case .timestampAdd:
            guard has([.text, .int64, .int64]) || has([.text, .int64, .int128]) && logical(2).isWideTimestamp else {
                return nil
            }
            let add = try unit(0).flatMap { kernels.add($0, logical(2)) }
            guard logical(2).isWideTimestamp else { return add }
            return add.map { WideTimeKernels.keepingNanoseconds($0, of: 2, logical(2)) }
        case .timestampDifference:
            guard has([.text, .int64, .int64]) else { return nil }
            return try unit(0).flatMap { kernels.difference($0, logical(1), asInterval: type.logical != .integer) }
        case .toTimestampLTZ:
            guard case .literal(.int64(let digits), _) = arguments[1] else { return nil }
            return TimeTextKernels.toInstant(logical(0), digits: digits)
        default: return nil
        }
    }

    private func timeText() throws(MillraceError) -> Kernel? {
        let kernels = TimeTextKernels(zone: zone)
        if function == .unixTimestamp, arguments.isEmpty {
            return ClockKernels.now(zone) { floorDivide($1, TimeUnits.microsecondsPerSecond) }
        }
        let wanted: PhysicalKind = function == .dateFormat || function == .fromUnixTime ? .int64 : .text
        if function == .dateFormat, logical(0).isWideTimestamp, constantText(1) != nil {
            return try pattern(1).map { kernels.formatNanoseconds($0, logical(0)) }
        }
        guard arguments[0].type.kind == wanted else { return nil }
        if arguments.count > 1, isNull(1) { return Self.nothing }
        if arguments.count > 1, constantText(1) == nil {
            return arguments[1].type.kind == .text ? kernels.patternOfEachRow(function, logical(0)) : nil
        }
        switch function {
        case .dateFormat: return try pattern(1).map { kernels.dateFormat($0, logical(0)) }
        case .fromUnixTime: return try pattern(1).map { kernels.fromUnixTime($0) }
        case .unixTimestamp: return try pattern(1).map { kernels.unixTimestamp($0) }
        case .toTimestamp: return kernels.toTimestamp(arguments.count > 1 ? try pattern(1) : nil)
        default: return kernels.toDate(arguments.count > 1 ? try pattern(1) : nil)
        }
    }
}

extension ScalarFunction {
    /// False for functions that read the clock or the watermark.
    var isPure: Bool {
        switch self {
        case .currentTimestamp, .localTimestamp, .currentDate, .processingTime, .currentWatermark, .currentTime,
            .random, .randomInteger, .uuid:
            false
        default: true
        }
    }

    /// How many arguments a call may have.
    var arity: ClosedRange<Int> {
        switch self {
        case .currentTimestamp, .localTimestamp, .currentDate, .processingTime: 0...0
        case .currentWatermark: 0...1
        case .unixTimestamp: 0...2
        case .not, .isNull, .isNotNull, .isTrue, .isNotTrue, .isFalse, .isNotFalse, .negate, .absolute, .sign, .ceiling,
            .floor, .squareRoot, .naturalLogarithm, .logarithm10, .logarithm2, .exponential, .sine, .cosine, .tangent,
            .arcSine, .arcCosine, .arcTangent, .degrees, .radians, .characterLength, .upper, .lower, .initialCapital,
            .reverse, .ascii, .character, .md5, .sha256:
            1...1
        case .toTimestamp, .toDate, .fromUnixTime: 1...2
        case .and, .or, .greatest, .least, .concatenate, .makeArray, .presentRow, .bucket: 1...Int.max
        case .makeRow: 0...Int.max
        case .arrayConcat, .mapUnion: 1...Int.max
        case .element: 1...2
        case .cardinality, .arrayDistinct, .arrayReverse, .arrayMaximum, .arrayMinimum, .mapKeys, .mapValues,
            .mapEntries:
            1...1
        case .arraySlice, .arrayJoin: 2...3
        case .arraySort: 1...3
        case .stringToMap: 3...3
        case .makeMap: 2...Int.max
        case .concatenateWithSeparator, .inList: 1...Int.max
        case .substring, .like: 2...3
        case .replace, .leftPad, .rightPad, .splitIndex, .timestampAdd, .timestampDifference: 3...3
        default: textArity ?? 2...2
        }
    }
}
