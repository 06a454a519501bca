import ConnectorContract
import Diagnostics

/// Reads typed values out of a WITH clause, with errors for people.
struct OptionValues {
    let table: String
    let options: [String: String]

    init(_ table: TableDescription) {
        self.table = table.name
        options = table.options
    }

    func text(_ name: String) -> String? { options[name] }

    func required(_ name: String) throws(MillraceError) -> String {
        guard let value = options[name], !value.isEmpty else {
            throw MillraceError(
                .user, code: "missing_option", "table '\(table)' lacks the option '\(name)'",
                hint: "add '\(name)' = '…' to its WITH clause")
        }
        return value
    }

    func choice(_ name: String, _ values: [String], default fallback: String) throws(MillraceError) -> String {
        guard let value = options[name] else { return fallback }
        guard let found = values.first(where: { $0 == value.lowercased() }) else {
            throw invalid(name, value, values.joined(separator: ", "))
        }
        return found
    }

    /// A time such as `10 ms`, `2s`, `1 min`; a bare number is milliseconds.
    func nanoseconds(_ name: String, default fallback: UInt64) throws(MillraceError) -> UInt64 {
        guard let value = options[name] else { return fallback }
        let units: [(String, UInt64)] = [
            ("ms", 1_000_000), ("millis", 1_000_000), ("s", 1_000_000_000), ("sec", 1_000_000_000),
            ("second", 1_000_000_000), ("seconds", 1_000_000_000), ("min", 60_000_000_000), ("m", 60_000_000_000),
            ("minute", 60_000_000_000), ("minutes", 60_000_000_000), ("h", 3_600_000_000_000),
            ("hour", 3_600_000_000_000), ("hours", 3_600_000_000_000), ("d", 86_400_000_000_000),
            ("day", 86_400_000_000_000), ("days", 86_400_000_000_000), ("", 1_000_000),
        ]
        guard let (count, unit) = Self.split(value), let factor = units.first(where: { $0.0 == unit })?.1,
            case let (product, overflow) = count.multipliedReportingOverflow(by: factor), !overflow
        else { throw invalid(name, value, "a time such as '10 ms' or '2 s'") }
        return product
    }

    /// A size such as `64 kb` or `1mb`; a bare number is bytes.
    func bytes(_ name: String, default fallback: Int, in range: ClosedRange<Int>) throws(MillraceError) -> Int {
        guard let value = options[name] else { return fallback }
        let units: [(String, UInt64)] = [
            ("", 1), ("b", 1), ("bytes", 1), ("k", 1_024), ("kb", 1_024), ("kib", 1_024), ("m", 1 << 20),
            ("mb", 1 << 20),
            ("mib", 1 << 20),
        ]
        guard let (count, unit) = Self.split(value), let factor = units.first(where: { $0.0 == unit })?.1,
            case let (product, overflow) = count.multipliedReportingOverflow(by: factor), !overflow,
            let size = Int(exactly: product), range.contains(size)
        else { throw invalid(name, value, "a size from \(range.lowerBound) to \(range.upperBound) bytes") }
        return size
    }

    func integer(_ name: String, default fallback: Int, in range: ClosedRange<Int>) throws(MillraceError) -> Int {
        guard let value = options[name] else { return fallback }
        guard let number = Int(value), range.contains(number) else {
            throw invalid(name, value, "a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func split(_ value: String) -> (UInt64, String)? {
        let digits = value.prefix { $0.isASCII && $0.isNumber }
        guard let count = UInt64(digits) else { return nil }
        return (count, String(value.dropFirst(digits.count).drop { $0 == " " }).lowercased())
    }

    func invalid(_ name: String, _ value: String, _ expected: String) -> MillraceError {
        MillraceError(
            .user, code: "bad_option", "option '\(name)' of table '\(table)' is '\(value)'",
            hint: "it takes \(expected)")
    }
}
