/// The text form of values in results: what `csv` output, sinks and tables show.
package struct ValueText: Sendable {
    private let zone: TimeZoneRules

    /// Instants are shown in the given zone.
    package init(zone: TimeZoneRules = .utc) { self.zone = zone }

    /// Appends the value's text; nothing for NULL. Texts go in as they are, byte strings as `x'0aff'`.
    package func append(_ column: Column, _ row: Int, to bytes: inout [UInt8]) {
        guard column.isValid(row) else { return }
        switch column.kind {
        case .bits: bytes.append(contentsOf: column.bit(row) ? Self.trueText : Self.falseText)
        case .text: appendText(column, row, to: &bytes)
        case .int64, .float64, .int128:
            withUnsafeTemporaryAllocation(of: UInt8.self, capacity: NumberText.longest) { buffer in
                let count = write(column, row, to: buffer.baseAddress!)
                bytes.append(contentsOf: UnsafeBufferPointer(rebasing: buffer[..<count]))
            }
        }
    }

    private static let trueText = Array("true".utf8)
    private static let falseText = Array("false".utf8)
    private static let hexDigits = Array("0123456789abcdef".utf8)

    private func appendText(_ column: Column, _ row: Int, to bytes: inout [UInt8]) {
        let place = UnsafePointer(column.text + row)
        let text = UnsafeBufferPointer(start: TextView.bytes(at: place), count: place.pointee.count)
        switch column.type.logical {
        case .binary, .varbinary:
            bytes.append(0x78)
            bytes.append(0x27)
            for byte in text {
                bytes.append(Self.hexDigits[Int(byte >> 4)])
                bytes.append(Self.hexDigits[Int(byte & 15)])
            }
            bytes.append(0x27)
        default: bytes.append(contentsOf: text)
        }
    }

    /// Numbers and times into memory with room for ``NumberText/longest`` bytes.
    package func write(_ column: Column, _ row: Int, to target: UnsafeMutablePointer<UInt8>) -> Int {
        switch column.type.logical {
        case .float: return FloatText.write(Float(column.float64[row]), to: target)
        case .double: return FloatText.write(column.float64[row], to: target)
        case .decimal(_, let scale): return NumberText.write(column.int128[row], scale: scale, to: target)
        case .date: return TimeText.write(days: column.int64[row], to: target)
        case .time(let precision):
            let time = floorModulo(column.int64[row], TimeUnits.millisecondsPerDay)
            return TimeText.write(microsecondsOfDay: time &* 1_000, precision: precision, to: target)
        case .timestamp(let precision):
            return TimeText.write(microseconds: column.int64[row], precision: precision, to: target)
        case .timestampLTZ(let precision):
            return TimeText.write(microseconds: local(column.int64[row]), precision: precision, to: target)
        case .intervalMonths: return TimeText.write(months: column.int64[row], to: target)
        case .intervalMilliseconds: return TimeText.write(milliseconds: column.int64[row], to: target)
        default: return NumberText.write(column.int64[row], to: target)
        }
    }

    private func local(_ microseconds: Int64) -> Int64 {
        if zone.isUTC { return microseconds }
        let second = floorDivide(microseconds, TimeUnits.microsecondsPerSecond)
        return microseconds &+ zone.period(at: second).offset &* TimeUnits.microsecondsPerSecond
    }
}
