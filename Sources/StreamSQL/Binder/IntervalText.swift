import Columnar

/// Reads interval literals into months or milliseconds.
enum IntervalText {
    static func bind(_ literal: IntervalLiteral, at range: SourceRange) throws(SQLError) -> PlanExpression {
        let qualifier = literal.qualifier
        let text = literal.text
        guard let magnitude = value(Array(text.utf8), qualifier) else {
            throw SQLError(
                .type, "'\(text)' is not an interval of \(name(qualifier))", at: range,
                hint: "for example INTERVAL '10' SECOND, INTERVAL '1 02:03:04' DAY TO SECOND")
        }
        let value = literal.isNegative ? 0 &- magnitude : magnitude
        return .literal(.int64(value), DataType(type(of: qualifier), isNullable: false))
    }

    static func type(of qualifier: IntervalQualifier) -> LogicalType {
        switch qualifier.start {
        case .year, .quarter, .month: .intervalMonths
        default: .intervalMilliseconds
        }
    }

    /// What one of a unit is, in months or milliseconds.
    static func size(of unit: TimeUnit) -> Int64? {
        switch unit {
        case .year: 12
        case .quarter: 3
        case .month: 1
        case .week: 604_800_000
        case .day: 86_400_000
        case .hour: 3_600_000
        case .minute: 60_000
        case .second: 1_000
        case .millisecond: 1
        default: nil
        }
    }

    private static func name(_ qualifier: IntervalQualifier) -> String {
        qualifier.start.rawValue + (qualifier.end.map { " TO " + $0.rawValue } ?? "")
    }

    /// Units a span runs through, such as DAY, HOUR, MINUTE of DAY TO MINUTE.
    private static func units(_ qualifier: IntervalQualifier) -> [TimeUnit] {
        guard let end = qualifier.end else { return [qualifier.start] }
        let chains: [[TimeUnit]] = [[.year, .month], [.day, .hour, .minute, .second]]
        for chain in chains {
            if let first = chain.firstIndex(of: qualifier.start), let last = chain.firstIndex(of: end), first <= last {
                return Array(chain[first...last])
            }
        }
        return [qualifier.start]
    }

    private static func value(_ bytes: [UInt8], _ qualifier: IntervalQualifier) -> Int64? {
        var rest = bytes[...]
        while rest.first == 0x20 { rest.removeFirst() }
        while rest.last == 0x20 { rest.removeLast() }
        var isNegative = false
        if rest.first == 0x2D || rest.first == 0x2B {
            isNegative = rest.removeFirst() == 0x2D
        }
        var total: Int64 = 0
        let units = units(qualifier)
        for (position, unit) in units.enumerated() {
            if position > 0 {
                guard rest.first == separator(before: unit) else { return nil }
                rest.removeFirst()
            }
            guard let size = size(of: unit), let number = digits(&rest) else { return nil }
            // Only the first part may be as large as it likes.
            if position > 0, number >= count(of: unit) { return nil }
            let (product, overflow) = number.multipliedReportingOverflow(by: size)
            let (sum, carry) = total.addingReportingOverflow(product)
            guard !overflow, !carry else { return nil }
            total = sum
            if unit == .second, rest.first == 0x2E {
                rest.removeFirst()
                guard let fraction = milliseconds(&rest) else { return nil }
                total = total &+ fraction
            }
        }
        guard rest.isEmpty else { return nil }
        return isNegative ? 0 &- total : total
    }

    /// What stands between a part and the one before it.
    private static func separator(before unit: TimeUnit) -> UInt8 {
        switch unit {
        case .month: 0x2D
        case .hour: 0x20
        default: 0x3A
        }
    }

    /// How many of a unit make one of the unit above it.
    private static func count(of unit: TimeUnit) -> Int64 {
        switch unit {
        case .month: 12
        case .hour: 24
        default: 60
        }
    }

    private static func digits(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        var count = 0
        while let byte = rest.first, (0x30...0x39).contains(byte), count < 15 {
            value = value * 10 + Int64(byte - 0x30)
            rest.removeFirst()
            count += 1
        }
        return count > 0 ? value : nil
    }

    /// The digits after the point as milliseconds; more than three are cut.
    private static func milliseconds(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        var unit: Int64 = 100
        var count = 0
        while let byte = rest.first, (0x30...0x39).contains(byte), count < 9 {
            value += Int64(byte - 0x30) * unit
            unit /= 10
            rest.removeFirst()
            count += 1
        }
        return count > 0 ? value : nil
    }
}
