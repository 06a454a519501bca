import Columnar
import Testing

/// Conversions in registers and by powers of ten, against slow forms that share nothing with them.
struct ConversionPropertyTests {
    /// A small generator, so that each failure can be repeated.
    private struct Random {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var word = state
            word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
            word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
            return word ^ word >> 31
        }
    }

    #if DEBUG
    private static let rounds = 1_000
    private static let yearStep = 40
    #else
    private static let rounds = 400_000
    private static let yearStep = 1
    #endif

    private func written(_ body: (UnsafeMutablePointer<UInt8>) -> Int) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: NumberText.longest) { buffer in
            let count = body(buffer.baseAddress!)
            return String(decoding: UnsafeBufferPointer(rebasing: buffer[..<count]), as: UTF8.self)
        }
    }

    private func text(_ packed: PackedText) -> String {
        withUnsafeBytes(of: packed.bits) { String(decoding: $0.prefix(packed.count), as: UTF8.self) }
    }

    private func view<Result>(_ text: String, _ body: (UnsafePointer<TextView>) -> Result) -> Result {
        let bytes = Array(text.utf8)
        return bytes.withUnsafeBufferPointer { buffer in
            var view = buffer.isEmpty ? TextView() : TextView(buffer.baseAddress!, count: buffer.count)
            return withUnsafePointer(to: &view) { body($0) }
        }
    }

    // MARK: Whole numbers and decimals

    /// Every power of ten and of two with its neighbours, and numbers of every length.
    private var numbers: [Int64] {
        var numbers: [Int64] = [0, .min, .max, .min + 1, .max - 1]
        var power: Int64 = 1
        for _ in 0..<19 {
            numbers += [power - 1, power, power + 1, 1 - power, -power, -1 - power]
            power = power.multipliedReportingOverflow(by: 10).partialValue
        }
        for bit in 0..<63 { numbers += [1 << Int64(bit), (1 << Int64(bit)) - 1, -(1 << Int64(bit))] }
        var random = Random(state: 3)
        for _ in 0..<Self.rounds {
            numbers.append(Int64(truncatingIfNeeded: random.next()) >> Int64(random.next() % 64))
        }
        return numbers
    }

    @Test func wholeNumbersGoToTextAndBack() {
        for number in numbers {
            let plain = String(number)
            #expect(written { NumberText.write(number, to: $0) } == plain)
            if let packed = PackedText(number) {
                #expect(text(packed) == plain)
                #expect(packed.bits >> UInt128(8 * packed.count) == 0)
            } else {
                #expect(plain.utf8.count >= 16)
            }
            view(plain) { place in
                let packed = PackedText(place)
                #expect((packed == nil) == (plain.utf8.count > 16))
                if let packed { #expect(packed.integer == number) }
            }
        }
    }

    @Test func decimalsHaveTheirPoint() {
        var values = numbers.prefix(390).map { Int128($0) }
        values += [.max, .min, .max / 10, Int128(Int64.max) + 1, Int128(Int64.min) - 1]
        for scale in 0...38 {
            for value in values.enumerated().filter({ $0.offset % 39 == scale || $0.offset < 60 }).map(\.element) {
                var digits = String(value.magnitude)
                while digits.utf8.count <= scale { digits = "0" + digits }
                let whole = digits.dropLast(scale)
                let plain = (value < 0 ? "-" : "") + whole + (scale > 0 ? "." + digits.suffix(scale) : "")
                #expect(written { NumberText.write(value, scale: scale, to: $0) } == plain)
                if let packed = DecimalPoint(scale: scale)?.text(value) { #expect(text(packed) == plain) }
            }
        }
    }

    @Test func textsThatAreNoNumbersAreRefused() {
        for plain in [
            "", "-", "+", "+1", " 1", "1 ", "--1", "1-", "1a", "/1", ":1", "1.2.3", ".", "-.", "1e5", "12345678/",
            "/23456789",
            "123456789012345:", "1234567 9012345", "\u{B1}1", "1\u{0}",
        ] {
            view(plain) { place in
                #expect(PackedText(place)?.integer == nil)
                if !["1.2"].contains(plain) { #expect(PackedText(place)?.decimal == nil) }
            }
        }
        view("-12.50") { place in
            let decimal = PackedText(place)?.decimal
            #expect(decimal?.isNegative == true && decimal?.digits == 1_250 && decimal?.scale == 2)
        }
        view("1234567890.12345") { place in
            let decimal = PackedText(place)?.decimal
            #expect(decimal?.isNegative == false && decimal?.digits == 123_456_789_012_345 && decimal?.scale == 5)
        }
        view(".5") { #expect(PackedText($0)?.decimal?.scale == 1) }
        view("5.") { #expect(PackedText($0)?.decimal?.scale == 0) }
    }

    // MARK: Floating point

    /// Java's form, made from the standard library's digits.
    private func javaForm(_ description: String, isNegative: Bool) -> String {
        let parts = description.split(separator: "e")
        var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let halves = parts[0].split(separator: ".")
        exponent += halves[0].utf8.count
        var digits = Array((halves[0] + (halves.count > 1 ? halves[1] : "")).utf8)
        while digits.count > 1, digits[0] == 0x30 {
            digits.removeFirst()
            exponent -= 1
        }
        while digits.count > 1, digits[digits.count - 1] == 0x30 { digits.removeLast() }
        func part(_ range: Range<Int>) -> String {
            String(decoding: range.map { $0 < digits.count && $0 >= 0 ? digits[$0] : 0x30 }, as: UTF8.self)
        }
        let sign = isNegative ? "-" : ""
        if exponent > 0 && exponent <= 7 {
            return sign + part(0..<exponent) + "." + part(exponent..<max(exponent + 1, digits.count))
        }
        if exponent <= 0 && exponent > -3 { return sign + "0." + part(exponent..<digits.count) }
        return sign + part(0..<1) + "." + part(1..<max(2, digits.count)) + "E" + String(exponent - 1)
    }

    /// By bits, as prices, as fractions of powers of two, around powers of ten and of two.
    private var doubles: [Double] {
        var doubles: [Double] = [.greatestFiniteMagnitude, .leastNormalMagnitude, 0.001, 1e7, 9_999_999.999_999_999]
        for exponent in -307...308 {
            let power = Double("1e\(exponent)") ?? 0
            doubles += [power, power.nextUp, power.nextDown, -power]
        }
        for exponent in -1_022...1_023 {
            let power = Double(sign: .plus, exponent: exponent, significand: 1)
            doubles += [power, power.nextDown, power.nextUp]
        }
        var random = Random(state: 4)
        for _ in 0..<Self.rounds {
            let bits = Double(bitPattern: random.next())
            if bits.isFinite, bits.magnitude >= 2_048 * .leastNonzeroMagnitude { doubles.append(bits) }
            doubles.append(Double(Int64(truncatingIfNeeded: random.next()) >> Int64(random.next() % 60)) / 100)
            doubles.append(Double(random.next() >> (random.next() % 64)) / Double(1 << (random.next() % 40)))
            doubles.append(Double(random.next() % 1_000_000_000_000_000) / 1e12)
        }
        return doubles.filter { $0 != 0 }
    }

    @Test func doublesGoToTextAndBack() {
        for double in doubles {
            let plain = double.magnitude.description
            let expected = javaForm(plain, isNegative: double < 0)
            let made = written { FloatText.write(double, to: $0) }
            #expect(made == expected)
            if let packed = FloatText.packed(double) { #expect(text(packed) == expected) }
            let read = Array(made.utf8).withUnsafeBufferPointer { NumberParsing.double($0.baseAddress!, $0.count) }
            #expect(read?.bitPattern == double.bitPattern)
            view(made) { place in
                if let decimal = PackedText(place)?.decimal {
                    let read = NumberParsing.nearest(decimal.digits, tens: -decimal.scale) ?? double.magnitude
                    #expect(read == double.magnitude)
                }
            }
        }
    }

    @Test func longDigitsAreRoundedAsTheLibraryDoes() {
        var random = Random(state: 5)
        for _ in 0..<Self.rounds {
            let digits = random.next() >> (random.next() % 40)
            let exponent = Int(random.next() % 700) - 350
            let plain = "\(digits)e\(exponent)"
            let read = Array(plain.utf8).withUnsafeBufferPointer { NumberParsing.double($0.baseAddress!, $0.count) }
            // The library knows no infinity here.
            #expect(read?.bitPattern == (Double(plain) ?? .infinity).bitPattern)
        }
        // Halves between two numbers go to the even one.
        for (plain, expected) in [
            ("9007199254740993", 9_007_199_254_740_992.0), ("9007199254740995", 9_007_199_254_740_996.0),
            ("9007199254740993.0000000000000000000000000000000000001", 9_007_199_254_740_994.0),
            ("179769313486231580793e289", .infinity),
        ] {
            let read = Array(plain.utf8).withUnsafeBufferPointer { NumberParsing.double($0.baseAddress!, $0.count) }
            #expect(read == expected)
        }
    }

    @Test func floatsGoToTextAndBack() {
        var random = Random(state: 6)
        for _ in 0..<Self.rounds {
            let float = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
            guard float.isFinite, float.magnitude >= 1_024 * .leastNonzeroMagnitude else { continue }
            let made = written { FloatText.write(float, to: $0) }
            #expect(made == javaForm(float.magnitude.description, isNegative: float < 0))
        }
    }

    // MARK: Dates

    /// All days from 0001-01-01 to 9999-12-31, counted one by one.
    @Test func allDaysOfTheCalendar() {
        var days: Int64 = -719_162
        for year in Int64(1)...9_999 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let isShown = year % Int64(Self.yearStep) == 1 || year % 100 == 0
            let lengths: [Int64] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            for (month, length) in lengths.enumerated() {
                guard isShown else {
                    days += length
                    continue
                }
                for day in 1...length {
                    let date = CivilDate(days: days)
                    let month = Int64(month + 1)
                    let isRight = date == CivilDate(year: year, month: month, day: day) && date.days == days
                    if !isRight { Issue.record("\(year)-\(month)-\(day) is \(date)") }
                    if day == 1 || day == length { expectText(days, year, month, day) }
                    days += 1
                }
                #expect(CivilDate.length(ofMonth: Int64(month + 1), year: year) == length)
            }
        }
        #expect(days == 2_932_897)
    }

    private func expectText(_ days: Int64, _ year: Int64, _ month: Int64, _ day: Int64) {
        func padded(_ number: Int64, _ width: Int) -> String {
            let digits = String(number)
            return String(repeating: "0", count: width - digits.utf8.count) + digits
        }
        let plain = "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
        #expect(PackedText(days: days).map { text($0) } == plain)
        #expect(written { TimeText.write(days: days, to: $0) } == plain)
        let moment = days * 86_400_000_000 + 86_399_999_999
        #expect(
            written { TimeText.write(microseconds: moment, precision: 6, to: $0) } == plain + " 23:59:59.999999")
    }

    @Test func daysFarAwayAreCountedToo() {
        for days in [
            -719_163, -719_528, -719_529, -1_000_000, -100_000_000, 2_932_897, 100_000_000, 106_751_991, -106_751_992,
        ] as [Int64] {
            let date = CivilDate(days: days)
            #expect(date.days == days)
            #expect(CivilDate(days: days + 1).days == days + 1)
            #expect((1...12).contains(date.month) && (1...31).contains(date.day))
        }
        #expect(CivilDate(days: -719_163) == CivilDate(year: 0, month: 12, day: 31))
        for extreme in [Int64.min, .max, .min / 2, .max / 2] { _ = CivilDate(days: extreme) }
    }
}
