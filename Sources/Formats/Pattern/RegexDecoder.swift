import CSimdjson
import Columnar
import Diagnostics
import Glibc
import RegularExpressions

/// Lines that a regular expression takes apart: each column takes the text of a group.
final class RegexDecoder: LineDecoder {
    private let pattern: LinePattern
    private let targets: [ColumnTarget]
    /// The group of each column, 1 for the first.
    private let groups: [Int]
    private let ignoresErrors: Bool
    private let longestLine: Int
    private var estimate = RowEstimate()
    /// Begin and end of the match in hand and of each group in it.
    private var places: [Int64]

    var isSplittable: Bool { true }

    init(
        fields: [Field], schema: [Field], pattern: LinePattern, isISO: Bool, ignoresErrors: Bool, longestLine: Int
    ) throws(MillraceError) {
        for (position, field) in schema.enumerated() where pattern.group(of: field.name, at: position) == nil {
            throw MillraceError(
                .user, code: "unknown_column", "the pattern has no group for the column '\(field.name)'",
                hint: pattern.names.isEmpty
                    ? "it has \(pattern.groupCount) groups, one for each column in order"
                    : "its groups are " + pattern.names.keys.sorted().joined(separator: ", "))
        }
        var targets: [ColumnTarget] = []
        for field in fields {
            switch field.type.logical {
            case .array, .map, .multiset, .row:
                throw MillraceError(
                    .user, code: "unsupported_type", "format regex has no values of \(field.type)",
                    hint: "declare the column '\(field.name)' STRING")
            default: targets.append(try ColumnTarget(field, isISO: isISO))
            }
        }
        self.pattern = pattern
        self.targets = targets
        groups = fields.map { field in
            pattern.group(of: field.name, at: schema.firstIndex { $0.name == field.name } ?? 0) ?? 0
        }
        places = [Int64](repeating: -1, count: 2 * (pattern.groupCount + 1))
        self.ignoresErrors = ignoresErrors
        self.longestLine = longestLine
    }

    func decode(_ block: InputBlock, from: Int, to: Int, isFinal: Bool) throws -> DecodedLines {
        LineRun.decode(block, from: from, to: to, into: targets, longestLine: longestLine, &estimate) { line, run in
            take(line, &run)
        }
    }

    private func take(_ line: Range<Int>, _ run: inout LineRun) {
        guard pattern.match(run.bytes + line.lowerBound, line.count, &places) else {
            if ignoresErrors { return run.skip() }
            return run.reject("malformed_line", "the line does not match the pattern", line)
        }
        for index in targets.indices {
            let (begin, end) = (Int(places[2 * groups[index]]), Int(places[2 * groups[index] + 1]))
            // A group that took no part has no place.
            let value = begin >= 0 && end >= begin ? line.lowerBound + begin..<line.lowerBound + end : nil
            if store(index, value, run) { continue }
            guard ignoresErrors else {
                return run.reject(value ?? line.lowerBound..<line.lowerBound, of: targets[index], line)
            }
            run.columns[index].setNull(run.rows)
        }
        run.endRow()
    }

    /// Stores the value of a column; false when it is none of its type. None at all is NULL.
    private func store(_ index: Int, _ value: Range<Int>?, _ run: LineRun) -> Bool {
        let (column, target) = (run.columns[index], targets[index])
        guard let value, !value.isEmpty || target.isText || target.isBytes else {
            column.setNull(run.rows)
            return true
        }
        if target.isText || target.isBytes {
            column.text[run.rows] = TextView(run.bytes + value.lowerBound, count: value.count)
            return true
        }
        return run.store(value, target, column)
    }
}

/// The pattern of a whole line, with the names of its groups.
struct LinePattern: Sendable {
    private let compiled: RegularExpression
    let groupCount: Int
    /// Groups by name, `(?<name>…)`, 1 for the first of all groups.
    let names: [String: Int]

    private static let mostGroups = 512

    init(_ text: String) throws(MillraceError) {
        let java: JavaPattern
        do throws(JavaPattern.Refusal) {
            java = try JavaPattern(Array(text.utf8))
        } catch {
            throw MillraceError(
                .user, code: "bad_option", "option 'regex.pattern' is '\(text)': \(error.reason)", hint: error.hint)
        }
        let whole = Array("\\A(?:".utf8) + java.bytes + Array(")\\z".utf8)
        guard let compiled = RegularExpression(whole), compiled.groupCount <= Self.mostGroups else {
            throw MillraceError(
                .user, code: "bad_option", "option 'regex.pattern' is '\(text)'",
                hint: "it takes a regular expression with up to \(Self.mostGroups) groups")
        }
        self.compiled = compiled
        groupCount = compiled.groupCount
        names = Self.names(Array(text.utf8))
    }

    /// The group of a column: by its name where groups have names, else in order.
    func group(of name: String, at position: Int) -> Int? {
        if !names.isEmpty { return names[name] }
        return position < groupCount ? position + 1 : nil
    }

    /// Whether the whole line matches; fills `places`, which has room for all groups.
    func match(_ text: UnsafePointer<UInt8>, _ count: Int, _ places: inout [Int64]) -> Bool {
        places.withUnsafeMutableBufferPointer { places in
            guard let base = places.baseAddress, places.count >= 2 * (groupCount + 1) else { return false }
            return compiled.find(in: text, count: count, from: 0, places: base, groups: groupCount + 1)
        }
    }

    private static func names(_ pattern: [UInt8]) -> [String: Int] {
        var names: [String: Int] = [:]
        var group = 0
        var isInClass = false
        var index = 0
        while index < pattern.count {
            defer { index += 1 }
            switch pattern[index] {
            case UInt8(ascii: "\\"):
                // What stands between \Q and \E is text.
                if index + 1 < pattern.count, pattern[index + 1] == UInt8(ascii: "Q") {
                    let rest = pattern[(index + 2)...]
                    let end = rest.indices.first { rest[$0...].starts(with: "\\E".utf8) }
                    index = end ?? pattern.count
                }
                index += 1
            case UInt8(ascii: "["): isInClass = true
            case UInt8(ascii: "]"): isInClass = false
            case UInt8(ascii: "(") where !isInClass:
                let rest = pattern[(index + 1)...]
                guard rest.first == UInt8(ascii: "?") else {
                    group += 1
                    continue
                }
                let named = ["?<", "?P<"].first { rest.starts(with: $0.utf8) }
                guard let named else { continue }
                group += 1
                let name = rest.dropFirst(named.utf8.count).prefix { $0 != UInt8(ascii: ">") }
                names[String(decoding: name, as: UTF8.self)] = group
            default: break
            }
        }
        return names
    }
}
