/// How a join looks rows up in a table: what the options of the table and a LOOKUP hint say.
package struct LookupSettings: Sendable, Hashable {
    /// What is kept of the table.
    package enum Cache: Sendable, Hashable {
        /// Nothing: each row meets the table as it is.
        case none
        /// What was found.
        case partial(PartialCache)
        /// All of it, read again at times.
        case full(Reload)
    }

    /// How long what was found is used again. All in milliseconds; nil is for good.
    package struct PartialCache: Sendable, Hashable {
        package var keysMax: Int?
        package var expiresAfterWrite: Int64?
        package var expiresAfterAccess: Int64?
        /// That nothing was found is remembered too.
        package var keepsMissing = true
    }

    /// When a full cache is read again.
    package enum Reload: Sendable, Hashable {
        case every(milliseconds: Int64)
        /// At this time of the day, in milliseconds of UTC, every so many days.
        case daily(at: Int64, days: Int64)
    }

    /// Asking again for what was not found.
    package struct Retry: Sendable, Hashable {
        package var delayMilliseconds: Int64
        package var attemptsMax: Int
    }

    package var cache = Cache.none
    /// How often in a row reading the table may fail before the job does.
    package var failuresMax = 3
    package var retry: Retry?
    /// Rows leave in the order they came, also where some are asked for again.
    package var keepsOrder = true

    /// Options of Flink that say how a table is looked up.
    static let optionNames: Set<String> = [
        "lookup.cache", "lookup.max-retries", "lookup.async", "lookup.partial-cache.max-rows",
        "lookup.partial-cache.expire-after-write", "lookup.partial-cache.expire-after-access",
        "lookup.partial-cache.cache-missing-key", "lookup.full-cache.reload-strategy",
        "lookup.full-cache.periodic-reload.interval", "lookup.full-cache.periodic-reload.schedule-mode",
        "lookup.full-cache.timed-reload.iso-time", "lookup.full-cache.timed-reload.interval-in-days",
    ]

    /// For EXPLAIN.
    var text: String {
        var parts: [String] = []
        switch cache {
        case .none: break
        case .partial(let partial):
            parts.append("cache of what was found" + (partial.keysMax.map { ", \($0) keys at most" } ?? ""))
        case .full(.every(let milliseconds)): parts.append("read again every \(milliseconds) ms")
        case .full(.daily(_, let days)): parts.append(days == 1 ? "read again daily" : "read again every \(days) days")
        }
        if let retry { parts.append("asking \(retry.attemptsMax) times, \(retry.delayMilliseconds) ms apart") }
        return parts.map { ", " + $0 }.joined()
    }
}

/// Reads ``LookupSettings`` out of options and hints.
struct LookupOptions {
    let options: [String: String]
    /// For messages.
    let table: String
    let range: SourceRange

    func settings() throws(SQLError) -> LookupSettings {
        var result = LookupSettings()
        if let count = try integer("lookup.max-retries") { result.failuresMax = count }
        _ = try boolean("lookup.async")
        switch options["lookup.cache"].map({ Lexer.uppercased($0.utf8) }) {
        case nil, "NONE": break
        case "PARTIAL": result.cache = .partial(try partial())
        case "FULL": result.cache = .full(try reload())
        default: throw bad("lookup.cache", "NONE, PARTIAL or FULL")
        }
        return result
    }

    private func partial() throws(SQLError) -> LookupSettings.PartialCache {
        let prefix = "lookup.partial-cache."
        var result = LookupSettings.PartialCache()
        result.keysMax = try integer(prefix + "max-rows").map { max(1, $0) }
        result.expiresAfterWrite = try duration(prefix + "expire-after-write")
        result.expiresAfterAccess = try duration(prefix + "expire-after-access")
        result.keepsMissing = try boolean(prefix + "cache-missing-key") ?? true
        guard result.keysMax != nil || result.expiresAfterWrite != nil || result.expiresAfterAccess != nil else {
            throw SQLError(
                .option, "'lookup.cache' = 'PARTIAL' of '\(table)' needs a bound", at: range,
                hint: "set '\(prefix)max-rows', '\(prefix)expire-after-write' or '\(prefix)expire-after-access'")
        }
        return result
    }

    private func reload() throws(SQLError) -> LookupSettings.Reload {
        let prefix = "lookup.full-cache."
        switch options[prefix + "reload-strategy"].map({ Lexer.uppercased($0.utf8) }) {
        case nil, "PERIODIC":
            let mode = options[prefix + "periodic-reload.schedule-mode"].map { Lexer.uppercased($0.utf8) }
            guard [nil, "FIXED_DELAY", "FIXED_RATE"].contains(mode) else {
                throw bad(prefix + "periodic-reload.schedule-mode", "FIXED_DELAY or FIXED_RATE")
            }
            guard let interval = try duration(prefix + "periodic-reload.interval") else {
                throw SQLError(
                    .option, "'lookup.cache' = 'FULL' of '\(table)' does not say when it is read again", at: range,
                    hint: "set '\(prefix)periodic-reload.interval'")
            }
            return .every(milliseconds: max(1, interval))
        case "TIMED":
            let key = prefix + "timed-reload.iso-time"
            guard let text = options[key], let time = Self.timeOfDay(text) else {
                throw bad(key, "a time such as 10:15Z")
            }
            let days = try integer(prefix + "timed-reload.interval-in-days") ?? 1
            return .daily(at: time, days: Int64(max(1, days)))
        default: throw bad(prefix + "reload-strategy", "PERIODIC or TIMED")
        }
    }

    private func bad(_ key: String, _ wanted: String) -> SQLError {
        SQLError(
            .option, "'\(options[key] ?? "")' is not a value of the option '\(key)' of '\(table)'", at: range,
            hint: "write " + wanted)
    }

    private func integer(_ key: String) throws(SQLError) -> Int? {
        guard let text = options[key] else { return nil }
        guard let value = Int(text), value >= 0 else { throw bad(key, "a whole number") }
        return value
    }

    private func boolean(_ key: String) throws(SQLError) -> Bool? {
        guard let text = options[key] else { return nil }
        switch Lexer.uppercased(text.utf8) {
        case "TRUE": return true
        case "FALSE": return false
        default: throw bad(key, "true or false")
        }
    }

    private func duration(_ key: String) throws(SQLError) -> Int64? {
        guard let text = options[key] else { return nil }
        guard let value = SessionOptions.duration(text) else { throw bad(key, "a number and a unit, such as 10 min") }
        return value
    }

    /// Milliseconds of UTC of `10:15`, `10:15:30`, `10:15Z` or `10:15+08:00`.
    static func timeOfDay(_ text: String) -> Int64? {
        let day: Int64 = 86_400_000
        var clock = text
        var shift: Int64 = 0
        if clock.hasSuffix("Z") || clock.hasSuffix("z") {
            clock.removeLast()
        } else if let sign = clock.lastIndex(where: { $0 == "+" || $0 == "-" }) {
            guard let offset = milliseconds(clock[clock.index(after: sign)...]) else { return nil }
            shift = clock[sign] == "+" ? -offset : offset
            clock = String(clock[..<sign])
        }
        guard let time = milliseconds(clock[...]), time < day else { return nil }
        return ((time + shift) % day + day) % day
    }

    private static func milliseconds(_ text: Substring) -> Int64? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int64($0) }
        guard (1...3).contains(parts.count) else { return nil }
        var result: Int64 = 0
        for (part, (unit, limit)) in zip(parts, [(3_600_000, 24), (60_000, 60), (1_000, 60)] as [(Int64, Int64)]) {
            guard let part, (0..<limit).contains(part) else { return nil }
            result += part * unit
        }
        return result
    }
}
