import Columnar
import Glibc
import StreamSQL

/// PRINTF(format, value, …) in the manner of java.util.Formatter; NULL for a format that is not well formed or does not
/// suit the values.
enum FormattingKernels {
    /// One `%…` of a format.
    private struct Conversion {
        var position: Int?
        var flags: Set<UInt8> = []
        var width = 0
        var precision: Int?
        var letter: UInt8 = 0
    }

    private enum Piece {
        case text([UInt8])
        case conversion(Conversion)
    }

    private static let widest = 10_000

    static func kernel(_ types: [LogicalType], zone: TimeZoneRules) -> Kernel {
        let writer = ValueText(zone: zone)
        let forms = types.map { ValueText.Form($0) }
        return { call in
            let result = call.makeResult()
            let heap = ByteHeap()
            let formats = TextOperand(call[0])
            let memory = call.remembered { CompiledTexts<Compiled<[Piece]>>() }
            for row in 0..<call.rowCount {
                var bytes: [UInt8] = []
                guard call[0].column.isValid(row & call[0].rowMask),
                    let pieces = memory.value(formats[row], { Compiled(value: parse($0)) }).value,
                    write(pieces, call, row, forms, writer, &bytes), bytes.count <= longestMadeText
                else {
                    result.setNull(row)
                    continue
                }
                result.text[row] = heap.add(bytes)
            }
            if heap.allocatedBytes > 0 { result.owners.append(heap) }
            return result
        }
    }

    // MARK: Formats

    private static func parse(_ format: [UInt8]) -> [Piece]? {
        var pieces: [Piece] = []
        var text: [UInt8] = []
        var index = 0
        while index < format.count {
            guard format[index] == 0x25 else {
                text.append(format[index])
                index += 1
                continue
            }
            index += 1
            guard let conversion = conversion(format, &index) else { return nil }
            switch conversion.letter {
            case UInt8(ascii: "%"): text.append(0x25)
            case UInt8(ascii: "n"): text.append(0x0A)
            default:
                pieces += [.text(text), .conversion(conversion)]
                text = []
            }
        }
        return pieces + [.text(text)]
    }

    private static func conversion(_ format: [UInt8], _ index: inout Int) -> Conversion? {
        var conversion = Conversion()
        let start = index
        if let number = number(format, &index), index < format.count, format[index] == 0x24 {
            guard number > 0 else { return nil }
            conversion.position = number - 1
            index += 1
        } else {
            index = start
        }
        while index < format.count, "-+ 0,(#".utf8.contains(format[index]) {
            guard conversion.flags.insert(format[index]).inserted else { return nil }
            index += 1
        }
        if let width = number(format, &index) {
            guard width <= widest else { return nil }
            conversion.width = width
        }
        if index < format.count, format[index] == 0x2E {
            index += 1
            guard let precision = number(format, &index), precision <= widest else { return nil }
            conversion.precision = precision
        }
        guard index < format.count else { return nil }
        conversion.letter = format[index]
        index += 1
        guard "bBsSdoxXeEfgGcC%n".utf8.contains(conversion.letter) else { return nil }
        return conversion
    }

    private static func number(_ format: [UInt8], _ index: inout Int) -> Int? {
        let start = index
        var value = 0
        while index < format.count, format[index] &- 0x30 < 10 {
            value = min(1_000_000, value * 10 + Int(format[index] - 0x30))
            index += 1
        }
        return index > start ? value : nil
    }

    // MARK: Values

    private static func write(
        _ pieces: [Piece], _ call: KernelCall, _ row: Int, _ forms: [ValueText.Form], _ writer: ValueText,
        _ bytes: inout [UInt8]
    ) -> Bool {
        var next = 1
        for piece in pieces {
            switch piece {
            case .text(let text): bytes += text
            case .conversion(let conversion):
                let index = conversion.position.map { $0 + 1 } ?? next
                if conversion.position == nil { next += 1 }
                guard index < call.arguments.count else { return false }
                let argument = call[index]
                let place = row & argument.rowMask
                var text: [UInt8]
                if argument.column.isValid(place) {
                    var plain: [UInt8] = []
                    writer.append(argument.column, place, as: forms[index], to: &plain)
                    guard let made = made(conversion, argument.column, place, plain) else { return false }
                    text = made
                } else {
                    let isBoolean = conversion.letter | 0x20 == UInt8(ascii: "b")
                    text = Array((isBoolean ? "false" : "null").utf8)
                    if let precision = conversion.precision, conversion.letter | 0x20 == UInt8(ascii: "s") {
                        text = Array(text.prefix(precision))
                    }
                }
                if (0x41...0x5A).contains(conversion.letter) { text = Array(text.map { upper($0) }) }
                pad(text, conversion, &bytes)
            }
        }
        return true
    }

    private static func upper(_ byte: UInt8) -> UInt8 { (0x61...0x7A).contains(byte) ? byte & 0xDF : byte }

    private static func pad(_ text: [UInt8], _ conversion: Conversion, _ bytes: inout [UInt8]) {
        let characters = text.reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) }
        let blanks = [UInt8](repeating: 0x20, count: max(0, conversion.width - characters))
        if conversion.flags.contains(UInt8(ascii: "-")) { bytes += text + blanks } else { bytes += blanks + text }
    }

    /// The text of a value; nil when the conversion does not take its type.
    private static func made(_ conversion: Conversion, _ column: Column, _ row: Int, _ plain: [UInt8]) -> [UInt8]? {
        switch conversion.letter | 0x20 {
        case UInt8(ascii: "s"):
            guard let precision = conversion.precision else { return plain }
            return Array(
                String(decoding: plain, as: UTF8.self).unicodeScalars.prefix(precision).reduce(into: [UInt8]()) {
                    $0.append($1)
                })
        case UInt8(ascii: "b"): return column.kind == .bits ? plain : Array("true".utf8)
        case UInt8(ascii: "c"):
            guard column.kind == .int64, let scalar = UnicodeScalar(UInt32(truncatingIfNeeded: column.int64[row]))
            else {
                return nil
            }
            var bytes: [UInt8] = []
            bytes.append(scalar)
            return bytes
        case UInt8(ascii: "d"):
            guard column.kind == .int64, conversion.precision == nil else { return nil }
            return signed(plain.first == 0x2D, Array(plain.drop { $0 == 0x2D }), conversion)
        case UInt8(ascii: "x"), UInt8(ascii: "o"):
            guard column.kind == .int64, conversion.precision == nil else { return nil }
            return radix(conversion, column, row)
        default: return real(conversion, column, row, plain)
        }
    }

    private static func radix(_ conversion: Conversion, _ column: Column, _ row: Int) -> [UInt8] {
        var bits = UInt64(bitPattern: column.int64[row])
        switch column.type.logical {
        case .tinyint: bits &= 0xFF
        case .smallint: bits &= 0xFFFF
        case .integer: bits &= 0xFFFF_FFFF
        default: break
        }
        let isHex = conversion.letter | 0x20 == UInt8(ascii: "x")
        var digits = String(bits, radix: isHex ? 16 : 8)
        if conversion.flags.contains(UInt8(ascii: "#")) { digits = (isHex ? "0x" : "0") + digits }
        if conversion.flags.contains(UInt8(ascii: "0")), digits.utf8.count < conversion.width {
            digits = String(repeating: "0", count: conversion.width - digits.utf8.count) + digits
        }
        return Array(digits.utf8)
    }

    private static func real(_ conversion: Conversion, _ column: Column, _ row: Int, _ plain: [UInt8]) -> [UInt8]? {
        var value: Double
        if column.kind == .float64 {
            value = column.float64[row]
        } else if column.kind == .int128, let number = Double(String(decoding: plain, as: UTF8.self)) {
            value = number
        } else {
            return nil
        }
        guard value.isFinite else { return Array((value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity").utf8) }
        let isNegative = value.sign == .minus
        value = value.magnitude
        let precision = Int32(min(500, conversion.precision ?? 6))
        let pattern =
            switch conversion.letter | 0x20 {
            case UInt8(ascii: "e"): "%.*e"
            case UInt8(ascii: "f"): "%.*f"
            default: value != 0 && (value < 1e-4 || value >= pow(10, Double(precision))) ? "%.*e" : "%.*f"
            }
        // Java rounds halves away from zero on the shortest digits, C on the binary value.
        if pattern == "%.*f" { value = FloatRounding.round(value, Int(precision), isTruncating: false) }
        let digits = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 1_024) { buffer in
            withVaList([precision, value]) { arguments in
                let count = vsnprintf(buffer.baseAddress, buffer.count, pattern, arguments)
                return buffer.prefix(max(0, min(Int(count), buffer.count - 1))).map { UInt8(bitPattern: $0) }
            }
        }
        return signed(isNegative, digits, conversion)
    }

    /// Digits with sign, groups and leading zeros as the flags want them.
    private static func signed(_ isNegative: Bool, _ digits: [UInt8], _ conversion: Conversion) -> [UInt8] {
        var digits = digits
        if conversion.flags.contains(0x2C) {
            let whole = digits.firstIndex(of: 0x2E) ?? digits.count
            for place in stride(from: whole - 3, to: 0, by: -3) { digits.insert(0x2C, at: place) }
        }
        var before: [UInt8] = []
        var behind: [UInt8] = []
        if isNegative {
            if conversion.flags.contains(0x28) { (before, behind) = ([0x28], [0x29]) } else { before = [0x2D] }
        } else if conversion.flags.contains(0x2B) {
            before = [0x2B]
        } else if conversion.flags.contains(0x20) {
            before = [0x20]
        }
        let missing = conversion.width - before.count - digits.count - behind.count
        if conversion.flags.contains(0x30), missing > 0 { before += [UInt8](repeating: 0x30, count: missing) }
        return before + digits + behind
    }
}
