import Columnar
import ConnectorContract
import Diagnostics

/// When a partition counts as complete, and what tells readers so: the options `sink.partition-commit.*`.
struct PartitionCommit: Sendable {
    /// What a partition's age is counted from.
    private enum Trigger: Sendable {
        /// The moment its first row was written, by the clock.
        case processTime
        /// The time its values name, by the watermark.
        case partitionTime(pattern: String?, formatter: String?, zone: TimeZoneRules)
    }

    /// The empty file that is put into a complete partition.
    let successFile: String
    private let trigger: Trigger
    private let delayMilliseconds: Int64
    private let table: String

    /// Nil when nothing is done for complete partitions: no policy is set.
    init?(_ table: TableDescription) throws(MillraceError) {
        let values = OptionValues(table)
        guard let kinds = values.text("sink.partition-commit.policy.kind"), !table.partitionKeys.isEmpty else {
            return nil
        }
        for kind in kinds.split(separator: ",") where kind.filter({ $0 != " " }) != "success-file" {
            throw MillraceError(
                .user, code: "bad_option",
                "table '\(table.name)' sets 'sink.partition-commit.policy.kind' to '\(kinds)'",
                hint: "files have no metastore and no classes: write 'success-file'")
        }
        self.table = table.name
        successFile = values.text("sink.partition-commit.success-file.name") ?? "_SUCCESS"
        guard !successFile.isEmpty, !successFile.contains("/") else {
            throw MillraceError(
                .user, code: "bad_option", "'sink.partition-commit.success-file.name' is '\(successFile)'",
                hint: "it takes the name of a file")
        }
        delayMilliseconds =
            Int64(clamping: try values.nanoseconds("sink.partition-commit.delay", default: 0) / 1_000_000)
        switch try values.choice(
            "sink.partition-commit.trigger", ["process-time", "partition-time"], default: "process-time")
        {
        case "partition-time":
            if values.text("partition.time-extractor.kind") ?? "default" != "default" {
                throw MillraceError(
                    .user, code: "bad_option", "table '\(table.name)' sets 'partition.time-extractor.kind'",
                    hint: "classes are not loaded: write a 'partition.time-extractor.timestamp-pattern'")
            }
            let name = values.text("sink.partition-commit.watermark-time-zone") ?? "UTC"
            trigger = .partitionTime(
                pattern: values.text("partition.time-extractor.timestamp-pattern"),
                formatter: values.text("partition.time-extractor.timestamp-formatter"),
                zone: try TimeZoneRules.named(name))
        default: trigger = .processTime
        }
    }

    /// Milliseconds that the age of a partition is counted from, when its first row comes at `now`.
    func begin(_ folder: String, _ layout: PartitionLayout, now: Int64) throws(MillraceError) -> Int64 {
        guard case .partitionTime(let pattern, let formatter, let zone) = trigger else { return now }
        let values = layout.values(ofFolder: folder) ?? []
        var text = pattern ?? values.first?.flatMap { $0 } ?? ""
        if pattern != nil {
            // Longer names first: `$dt` is the beginning of `$dthour`.
            for (field, value) in zip(layout.fields, values).sorted(by: { $0.0.name.count > $1.0.name.count }) {
                text = Self.replacing("$" + field.name, by: value ?? "", in: text)
            }
        }
        guard let microseconds = Self.parse(text, formatter) else {
            throw MillraceError(
                .user, code: "bad_partition_time",
                "the partition '\(folder)' of table '\(table)' has no time: '\(text)'",
                hint: "set 'partition.time-extractor.timestamp-pattern' so that it gives 'yyyy-MM-dd HH:mm:ss'")
        }
        return zone.instant(ofLocal: floorDivide(microseconds, TimeUnits.microsecondsPerSecond)) &* 1_000
    }

    /// Whether a partition is complete. `watermark` is in microseconds.
    func isDue(_ begin: Int64, now: Int64, watermark: Int64) -> Bool {
        switch trigger {
        case .processTime: now > begin &+ delayMilliseconds
        case .partitionTime: watermark / 1_000 > begin &+ delayMilliseconds
        }
    }

    private static func replacing(_ name: String, by value: String, in text: String) -> String {
        var result = ""
        var rest = text[...]
        while let dollar = rest.firstIndex(of: "$") {
            result += rest[..<dollar]
            rest = rest[dollar...]
            if rest.hasPrefix(name) {
                result += value
                rest = rest.dropFirst(name.count)
            } else {
                result.append("$")
                rest = rest.dropFirst()
            }
        }
        return result + rest
    }

    /// Microseconds of the local time in the text: digits by the letters `yyyyMMddHHmmss` of the formatter, or the usual
    /// form, where the time of day may be missing.
    static func parse(_ text: String, _ formatter: String?) -> Int64? {
        let bytes = Array(text.utf8)
        guard let formatter else {
            return bytes.withUnsafeBufferPointer { buffer in
                buffer.baseAddress.flatMap { TimeParsing.timestamp($0, buffer.count) }
            }
        }
        var parts: [Character: Int64] = [:]
        var rest = bytes[...]
        for letter in formatter where letter != "'" {
            guard let byte = rest.popFirst() else { return nil }
            guard "yMdHms".contains(letter) else {
                guard Character(UnicodeScalar(byte)) == letter else { return nil }
                continue
            }
            guard byte >= 0x30, byte <= 0x39, parts[letter, default: 0] < 10_000 else { return nil }
            parts[letter] = parts[letter, default: 0] * 10 + Int64(byte &- 0x30)
        }
        let (month, day) = (parts["M"] ?? 1, parts["d"] ?? 1)
        let (hour, minute, second) = (parts["H"] ?? 0, parts["m"] ?? 0, parts["s"] ?? 0)
        guard rest.isEmpty, let year = parts["y"], (1...12).contains(month), (1...31).contains(day), hour < 24,
            minute < 60, second < 60
        else { return nil }
        let days = CivilDate.days(year: year, month: month, day: day)
        return days &* TimeUnits.microsecondsPerDay &+ ((hour * 60 + minute) * 60 + second)
            &* TimeUnits.microsecondsPerSecond
    }
}
