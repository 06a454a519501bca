import Columnar
import ConnectorContract
import Diagnostics

/// How the values of one column are made up. Value and NULL of a row follow from the seed, the column and the number of the
/// row alone, so that a reading can go on anywhere.
struct GeneratorColumn {
    private enum Values {
        case boolean
        /// Both ends included.
        case integers(Int64, Int64)
        case decimals(Int128, Int128)
        case floats(Double, Double)
        /// Hexadecimal digits; of one length, or of any length up to it.
        case digits(Int, varies: Bool)
        case bytes(Int, varies: Bool)
        /// The clock, at most so many milliseconds before.
        case now(maximumPast: UInt64)
        case today
        case timeOfDay
        /// From a number on, step by step.
        case sequence(from: Int64, to: Int64, unit: Int128)
    }

    let type: DataType
    private let number: UInt64
    private let values: Values
    /// NULLs of 2^32 values.
    private let nullRate: UInt64

    private static let optionNames = [
        "kind", "min", "max", "max-past", "length", "var-len", "start", "end", "null-rate",
    ]
    private static let mostBytes = 1 << 20

    /// Rows that the column has values for; nil for any number.
    var count: UInt64? {
        guard case .sequence(let first, let last, _) = values else { return nil }
        let (count, isAll) = UInt64(bitPattern: last &- first).addingReportingOverflow(1)
        return isAll ? nil : count
    }

    init(_ field: Field, number: Int, _ options: OptionValues) throws(MillraceError) {
        type = field.type
        self.number = UInt64(number)
        let reader = Reader(field: field, options: options)
        values = Self.isSequence(field, options) ? try reader.sequence() : try reader.random()
        nullRate = UInt64(try reader.fraction("null-rate") * 4_294_967_296)
    }

    static func isSequence(_ field: Field, _ options: OptionValues) -> Bool {
        options.text("fields.\(field.name).kind")?.lowercased() == "sequence"
    }

    /// Refuses options of columns that are not there, and misspelt ones.
    static func checkNames(_ table: TableDescription, _ options: OptionValues) throws(MillraceError) {
        for (option, _) in table.options.sorted(by: { $0.key < $1.key }) where option.hasPrefix("fields.") {
            let isKnown = table.physicalFields.contains { field in
                optionNames.contains { "fields.\(field.name).\($0)" == option }
            }
            if isKnown { continue }
            throw MillraceError(
                .user, code: "bad_option", "table '\(table.name)' has no column for the option '\(option)'",
                hint: "options of columns are fields.COLUMN. and one of " + optionNames.joined(separator: ", "))
        }
    }

    // MARK: Values

    /// Spreads the bits of a row's number.
    @inline(__always)
    private func bits(_ row: UInt64, _ seed: UInt64, _ use: UInt64) -> UInt64 {
        var word = (row &+ 1) &* 0x9E37_79B9_7F4A_7C15 ^ seed ^ (number &* 4 &+ use) &* 0xD1B5_4A32_D192_ED03
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }

    /// The values of `count` rows from `first` on.
    func make(_ first: UInt64, count: Int, seed: UInt64, wallMilliseconds: Int64) -> Column {
        let column = Column(type.nullable(true), capacity: count)
        let heap = ByteHeap()
        for index in 0..<count {
            let row = first &+ UInt64(index)
            if nullRate > 0, bits(row, seed, 1) & 0xFFFF_FFFF < nullRate {
                column.setNull(index)
            } else {
                set(column, index, row, seed, wallMilliseconds, heap)
            }
        }
        column.owners.append(heap)
        return column
    }

    private func set(
        _ column: Column, _ index: Int, _ row: UInt64, _ seed: UInt64, _ wallMilliseconds: Int64, _ heap: ByteHeap
    ) {
        let random = bits(row, seed, 0)
        switch values {
        case .boolean: column.setBit(index, random & 1 == 1)
        case .integers(let least, let most):
            let span = UInt64(bitPattern: most &- least)
            column.int64[index] = least &+ Int64(bitPattern: Self.below(span, random))
        case .decimals(let least, let most):
            let wide = UInt128(random) << 64 | UInt128(bits(row, seed, 2))
            let span = UInt128(bitPattern: most &- least)
            column.int128[index] = least &+ Int128(bitPattern: span == .max ? wide : wide % (span &+ 1))
        case .floats(let least, let most):
            let part = Double(random >> 11) / 9_007_199_254_740_992
            let value = least * (1 - part) + most * part
            column.float64[index] = type.logical == .float ? Double(Float(value)) : value
        case .digits(let length, let varies):
            column.text[index] = digits(varies ? 1 + Int(random % UInt64(max(1, length))) : length, row, seed, heap)
        case .bytes(let length, let varies):
            column.text[index] = bytes(varies ? 1 + Int(random % UInt64(max(1, length))) : length, row, seed, heap)
        case .now(let maximumPast):
            setTime(column, index, wallMilliseconds &- Int64(Self.below(maximumPast, random) & UInt64(Int64.max)))
        case .today: column.int64[index] = Self.floorDivide(wallMilliseconds, 86_400_000)
        case .timeOfDay:
            column.int64[index] = wallMilliseconds &- Self.floorDivide(wallMilliseconds, 86_400_000) &* 86_400_000
        case .sequence(let start, _, let unit): setNumber(column, index, start &+ Int64(bitPattern: row), unit, heap)
        }
    }

    /// A number from 0 to `most`.
    private static func below(_ most: UInt64, _ random: UInt64) -> UInt64 {
        most == .max ? random : random % (most &+ 1)
    }

    private static func floorDivide(_ value: Int64, _ unit: Int64) -> Int64 {
        let quotient = value / unit
        return value % unit < 0 ? quotient &- 1 : quotient
    }

    private func setTime(_ column: Column, _ index: Int, _ milliseconds: Int64) {
        let microseconds = milliseconds &* 1_000
        if column.kind == .int128 {
            column.int128[index] = WideTime.join(microseconds)
        } else {
            column.int64[index] = microseconds
        }
    }

    private func setNumber(_ column: Column, _ index: Int, _ value: Int64, _ unit: Int128, _ heap: ByteHeap) {
        switch column.kind {
        case .int64: column.int64[index] = value
        case .float64: column.float64[index] = Double(value)
        case .int128: column.int128[index] = Int128(value) &* unit
        default: column.text[index] = heap.add(String(value))
        }
    }

    private func digits(_ length: Int, _ row: UInt64, _ seed: UInt64, _ heap: ByteHeap) -> TextView {
        text(length, row, seed, heap) { random, place in
            let digit = UInt8(truncatingIfNeeded: random & 15)
            place.pointee = digit < 10 ? 0x30 &+ digit : 0x57 &+ digit
            return random >> 4
        }
    }

    private func bytes(_ length: Int, _ row: UInt64, _ seed: UInt64, _ heap: ByteHeap) -> TextView {
        text(length, row, seed, heap) { random, place in
            place.pointee = UInt8(truncatingIfNeeded: random)
            return random >> 8
        }
    }

    /// The closure writes a byte and gives the random bits that are left; a new word comes every eight bytes.
    private func text(
        _ length: Int, _ row: UInt64, _ seed: UInt64, _ heap: ByteHeap,
        _ write: (UInt64, UnsafeMutablePointer<UInt8>) -> UInt64
    ) -> TextView {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: max(1, length)) { buffer in
            guard let start = buffer.baseAddress else { return TextView() }
            var random: UInt64 = 0
            for index in 0..<length {
                if index & 7 == 0 { random = bits(row, seed &+ UInt64(index), 3) }
                random = write(random, start + index)
            }
            return heap.add(start, count: length)
        }
    }

    // MARK: Options

    /// Reads the options of one column.
    private struct Reader {
        let field: Field
        let options: OptionValues

        private func name(_ option: String) -> String { "fields.\(field.name).\(option)" }

        private func refused(_ what: String) -> MillraceError {
            MillraceError(
                .user, code: "unsupported_type",
                "'datagen' makes no \(what) of the type \(field.type.logical), which the column '\(field.name)' has",
                hint: "compute the column from others: c AS expression")
        }

        func random() throws(MillraceError) -> Values {
            _ = try options.choice(name("kind"), ["random", "sequence"], default: "random")
            switch field.type.logical {
            case .boolean: return .boolean
            case .tinyint: return try integers(Int64(Int8.min), Int64(Int8.max))
            case .smallint: return try integers(Int64(Int16.min), Int64(Int16.max))
            case .integer: return try integers(Int64(Int32.min), Int64(Int32.max))
            case .bigint: return try integers(.min, .max)
            case .intervalMonths, .intervalMilliseconds: return .integers(-120_000, 120_000)
            case .float: return try floats(Double(Float.greatestFiniteMagnitude))
            case .double: return try floats(.greatestFiniteMagnitude)
            case .decimal(let precision, let scale): return try decimals(precision, scale)
            case .char(let length): return .digits(try bounded(length), varies: false)
            case .binary(let length): return .bytes(try bounded(length), varies: false)
            case .varchar(let length): return .digits(try self.length(length), varies: try varies())
            case .varbinary(let length): return .bytes(try self.length(length), varies: try varies())
            case .date: return .today
            case .time: return .timeOfDay
            case .timestamp, .timestampLTZ:
                return .now(maximumPast: try options.nanoseconds(name("max-past"), default: 0) / 1_000_000)
            default: throw refused("values")
            }
        }

        func sequence() throws(MillraceError) -> Values {
            var unit: Int128 = 1
            var ends = Int64.min...Int64.max
            switch field.type.logical {
            case .tinyint: ends = Int64(Int8.min)...Int64(Int8.max)
            case .smallint: ends = Int64(Int16.min)...Int64(Int16.max)
            case .integer: ends = Int64(Int32.min)...Int64(Int32.max)
            case .bigint, .float, .double, .char, .varchar: break
            case .decimal(_, let scale): for _ in 0..<scale { unit &*= 10 }
            default: throw refused("sequence")
            }
            _ = try options.required(name("start"))
            _ = try options.required(name("end"))
            let least = try options.integer(name("start"), default: 0, in: Int(ends.lowerBound)...Int(ends.upperBound))
            let most = try options.integer(name("end"), default: 0, in: least...Int(ends.upperBound))
            if case .decimal(let precision, let scale) = field.type.logical {
                var limit: Int128 = 1
                for _ in 0..<max(0, precision - scale) { limit &*= 10 }
                guard Int128(least).magnitude < limit.magnitude, Int128(most).magnitude < limit.magnitude else {
                    throw options.invalid(name("end"), "\(most)", "numbers that \(field.type.logical) can hold")
                }
            }
            return .sequence(from: Int64(least), to: Int64(most), unit: unit)
        }

        private func integers(_ least: Int64, _ most: Int64) throws(MillraceError) -> Values {
            let from = try options.integer(name("min"), default: Int(least), in: Int(least)...Int(most))
            let to = try options.integer(name("max"), default: Int(most), in: from...Int(most))
            return .integers(Int64(from), Int64(to))
        }

        private func floats(_ limit: Double) throws(MillraceError) -> Values {
            let least = try float("min") ?? -limit
            let most = try float("max") ?? limit
            guard least.magnitude <= limit, most.magnitude <= limit, least <= most else {
                throw options.invalid(name("max"), "\(most)", "a number that is not below the least")
            }
            return .floats(least, most)
        }

        private func float(_ option: String) throws(MillraceError) -> Double? {
            guard let written = options.text(name(option)) else { return nil }
            guard let value = Double(written), value.isFinite else {
                throw options.invalid(name(option), written, "a number")
            }
            return value
        }

        private func decimals(_ precision: Int, _ scale: Int) throws(MillraceError) -> Values {
            var limit: Int128 = 1
            for _ in 0..<precision { limit &*= 10 }
            let least = try decimal("min", precision, scale) ?? (1 &- limit)
            let most = try decimal("max", precision, scale) ?? (limit &- 1)
            guard least <= most else {
                throw options.invalid(name("max"), options.text(name("max")) ?? "", "a number not below the least")
            }
            return .decimals(least, most)
        }

        private func decimal(_ option: String, _ precision: Int, _ scale: Int) throws(MillraceError) -> Int128? {
            guard let written = options.text(name(option)) else { return nil }
            let read = Array(written.utf8).withUnsafeBufferPointer { bytes in
                bytes.baseAddress.flatMap {
                    NumberParsing.decimal($0, bytes.count, precision: precision, scale: scale)
                }
            }
            guard let read, let value = read else {
                throw options.invalid(name(option), written, "a number that \(field.type.logical) can hold")
            }
            return value
        }

        /// Of the type, if it says one.
        private func length(_ declared: Int) throws(MillraceError) -> Int {
            let isOpen = declared == LogicalType.unboundedLength
            let most = try isOpen ? GeneratorColumn.mostBytes : bounded(declared)
            return try options.integer(name("length"), default: isOpen ? 100 : most, in: 1...most)
        }

        private func bounded(_ length: Int) throws(MillraceError) -> Int {
            guard length <= GeneratorColumn.mostBytes else { throw refused("values") }
            return length
        }

        private func varies() throws(MillraceError) -> Bool {
            try options.choice(name("var-len"), ["true", "false"], default: "false") == "true"
        }

        func fraction(_ option: String) throws(MillraceError) -> Double {
            guard let value = try float(option) else { return 0 }
            guard (0...1).contains(value) else {
                throw options.invalid(name(option), "\(value)", "a number from 0 to 1")
            }
            return value
        }
    }
}
