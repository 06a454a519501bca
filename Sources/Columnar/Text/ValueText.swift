/// The text form of values in results: what `csv` output, sinks and tables show.
package struct ValueText: Sendable {
    private let zone: TimeZoneRules

    /// Instants are shown in the given zone.
    package init(zone: TimeZoneRules = .utc) { self.zone = zone }

    /// How the values of a type are written; made once for a column, for looking at types row by row is slow.
    package enum Form: Sendable {
        case boolean, integer, float, double
        case decimal(scale: Int)
        case date, months, milliseconds
        case time(precision: Int)
        case timestamp(precision: Int)
        case instant(precision: Int)
        /// Timestamps of more than six digits, in nanoseconds.
        case wideTimestamp(precision: Int, isInstant: Bool)
        case text, bytes
        /// ARRAY, MAP, MULTISET and ROW, as compact JSON.
        case nested(NestedText)

        package init(_ type: LogicalType) {
            switch type {
            case .boolean: self = .boolean
            case .tinyint, .smallint, .integer, .bigint, .null: self = .integer
            case .float: self = .float
            case .double: self = .double
            case .decimal(_, let scale): self = .decimal(scale: scale)
            case .date: self = .date
            case .time(let precision): self = .time(precision: precision)
            case .timestamp(let precision):
                self =
                    type.isWideTimestamp
                    ? .wideTimestamp(precision: precision, isInstant: false) : .timestamp(precision: precision)
            case .timestampLTZ(let precision):
                self =
                    type.isWideTimestamp
                    ? .wideTimestamp(precision: precision, isInstant: true) : .instant(precision: precision)
            case .intervalMonths: self = .months
            case .intervalMilliseconds: self = .milliseconds
            case .binary, .varbinary: self = .bytes
            case .char, .varchar: self = .text
            case .array, .map, .multiset, .row: self = .nested(NestedText(type))
            }
        }
    }

    /// Appends the value's text; nothing for NULL. Texts go in as they are, byte strings as `x'0aff'`.
    package func append(_ column: Column, _ row: Int, to bytes: inout [UInt8]) {
        append(column, row, as: Form(column.type.logical), to: &bytes)
    }

    /// As ``append(_:_:to:)``, for a form made before.
    package func append(_ column: Column, _ row: Int, as form: Form, to bytes: inout [UInt8]) {
        append(column.item(row), as: form, to: &bytes)
    }

    /// As ``append(_:_:to:)``, for a value wherever it lies.
    package func append(_ item: NestedItem, as form: Form, to bytes: inout [UInt8]) {
        guard !item.isNull else { return }
        switch form {
        case .boolean: bytes.append(contentsOf: item.bool ? Self.trueText : Self.falseText)
        case .text: bytes.append(contentsOf: item.bytes)
        case .bytes: appendHexadecimal(item.bytes, to: &bytes)
        case .nested(let nested): nested.append(item, .json, self, to: &bytes)
        default:
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: NumberText.longest) { buffer in
                let count = write(item, as: form, to: buffer.baseAddress!)
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[..<count]))
            }
        }
    }

    private static let trueText = Array("true".utf8)
    private static let falseText = Array("false".utf8)
    private static let hexDigits = Array("0123456789abcdef".utf8)

    private func appendHexadecimal(_ text: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
        bytes.append(0x78)
        bytes.append(0x27)
        for byte in text {
            bytes.append(Self.hexDigits[Int(byte >> 4)])
            bytes.append(Self.hexDigits[Int(byte & 15)])
        }
        bytes.append(0x27)
    }

    /// Numbers and times into memory with room for ``NumberText/longest`` bytes.
    package func write(_ column: Column, _ row: Int, as form: Form, to target: UnsafeMutablePointer<UInt8>) -> Int {
        write(column.item(row), as: form, to: target)
    }

    /// As ``write(_:_:as:to:)``, for a value wherever it lies.
    package func write(_ item: NestedItem, as form: Form, to target: UnsafeMutablePointer<UInt8>) -> Int {
        switch form {
        case .float: FloatText.write(Float(item.float64), to: target)
        case .double: FloatText.write(item.float64, to: target)
        case .decimal(let scale): NumberText.write(item.int128, scale: scale, to: target)
        case .date: TimeText.write(days: item.int64, to: target)
        case .time(let precision):
            TimeText.write(
                microsecondsOfDay: floorModulo(item.int64, TimeUnits.millisecondsPerDay) &* 1_000,
                precision: precision, to: target)
        case .timestamp(let precision): TimeText.write(microseconds: item.int64, precision: precision, to: target)
        case .instant(let precision):
            TimeText.write(microseconds: local(item.int64), precision: precision, to: target)
        case .wideTimestamp(let precision, let isInstant):
            TimeText.write(
                nanoseconds: isInstant ? local(wide: item.int128) : item.int128, precision: precision, to: target)
        case .months: TimeText.write(months: item.int64, to: target)
        case .milliseconds: TimeText.write(milliseconds: item.int64, to: target)
        case .integer: NumberText.write(item.int64, to: target)
        case .boolean, .text, .bytes, .nested: 0
        }
    }

    private func local(wide nanoseconds: Int128) -> Int128 {
        if zone.isUTC { return nanoseconds }
        let (microseconds, rest) = WideTime.split(nanoseconds)
        return WideTime.join(local(microseconds), rest)
    }

    private func local(_ microseconds: Int64) -> Int64 {
        if zone.isUTC { return microseconds }
        let second = floorDivide(microseconds, TimeUnits.microsecondsPerSecond)
        return microseconds &+ zone.period(at: second).offset &* TimeUnits.microsecondsPerSecond
    }
}
