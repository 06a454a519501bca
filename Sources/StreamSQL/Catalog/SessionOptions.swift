/// What SET and RESET change.
struct SessionOptions: Sendable {
    private(set) var values: [String: String] = [:]
    let defaultTimeZone: String
    static let timeZoneKey = "table.local-time-zone"
    /// Keys a session may hold.
    static let maximumKeys = 10_000

    init(defaultTimeZone: String) {
        self.defaultTimeZone = defaultTimeZone
    }

    /// Sets a key; false when there are too many.
    mutating func set(_ key: String, _ value: String) -> Bool {
        guard values[key] != nil || values.count < Self.maximumKeys else { return false }
        values[key] = value
        return true
    }

    mutating func reset(_ key: String?) {
        if let key { values[key] = nil } else { values = [:] }
    }

    static let legacyCastKey = "table.exec.legacy-cast-behaviour"

    var timeZone: String {
        guard let zone = values[Self.timeZoneKey], zone != "default" else { return defaultTimeZone }
        return zone
    }

    var isBatchMode: Bool { values["execution.runtime-mode"].map { Lexer.uppercased($0.utf8) } == "BATCH" }
    var sharesScans: Bool { values["pipeline.share-scans"].map { Lexer.uppercased($0.utf8) } != "FALSE" }
    var sinkMaterialization: SinkMaterialization {
        SinkMaterialization(setting: values["table.exec.sink.upsert-materialize"])
    }
    var sinkEnforcement: SinkEnforcement {
        func word(_ key: String) -> String { values[key].map { Lexer.uppercased($0.utf8) } ?? "" }
        return SinkEnforcement(
            nulls: SinkEnforcement.Nulls(rawValue: word("table.exec.sink.not-null-enforcer")) ?? .error,
            lengths: SinkEnforcement.Lengths(rawValue: word("table.exec.sink.type-length-enforcer")) ?? .ignore)
    }
    var stateRecovery: StateRecovery {
        func value(_ name: String, older: String) -> String? { values[name] ?? values[older] }
        let path = value("execution.state-recovery.path", older: "execution.savepoint.path")
        let ignores = value(
            "execution.state-recovery.ignore-unclaimed-state", older: "execution.savepoint.ignore-unclaimed-state")
        return StateRecovery(
            path: path.flatMap { $0.isEmpty ? nil : $0 },
            ignoresUnclaimedState: ignores.map { Lexer.uppercased($0.utf8) } == "TRUE")
    }

    /// How often a job cuts an epoch; nil leaves that to whoever starts it.
    var epochMilliseconds: Int? {
        values["execution.checkpointing.interval"].flatMap(Self.duration).flatMap { $0 > 0 ? Int(clamping: $0) : nil }
    }

    var jobName: String? { values["pipeline.name"] }

    var watermarkIntervalMilliseconds: Int64 {
        values["pipeline.auto-watermark-interval"].flatMap(Self.duration) ?? 200
    }

    /// How long idle state is kept; nil keeps it for good.
    var stateTimeToLiveMilliseconds: Int64? {
        values["table.exec.state.ttl"].flatMap(Self.duration).flatMap { $0 > 0 ? $0 : nil }
    }

    /// Flink's settings for results of windows before and behind their end.
    var windowEmission: WindowEmission? {
        func isOn(_ key: String) -> Bool { values[key].map { Lexer.uppercased($0.utf8) } == "TRUE" }
        func time(_ key: String) -> Int64 { values[key].flatMap(Self.duration) ?? 0 }
        let early = isOn("table.exec.emit.early-fire.enabled") ? time("table.exec.emit.early-fire.delay") : nil
        let lateness = time("table.exec.emit.allow-lateness")
        guard early != nil || lateness > 0 else { return nil }
        let late = isOn("table.exec.emit.late-fire.enabled") ? time("table.exec.emit.late-fire.delay") : 0
        return WindowEmission(earlyMilliseconds: early, lateMilliseconds: late, latenessMilliseconds: lateness)
    }

    static let distinctBucketsKey = "table.optimizer.distinct-agg.split.bucket-num"

    /// Into how many buckets aggregations with DISTINCT are split; nil where they are not.
    var distinctBuckets: Int? {
        let isOn = values["table.optimizer.distinct-agg.split.enabled"].map { Lexer.uppercased($0.utf8) } == "TRUE"
        return isOn ? values[Self.distinctBucketsKey].flatMap(Self.buckets) ?? 1_024 : nil
    }

    /// A number of buckets; nil for other texts.
    static func buckets(_ text: String) -> Int? { Int(text).flatMap { (1...1_048_576).contains($0) ? $0 : nil } }

    /// Milliseconds of `200`, `200 ms`, `5 s`, `1min`, `2 hours`.
    static func duration(_ text: String) -> Int64? {
        let bytes = Lexer.uppercased(text.utf8).utf8.filter { $0 != 0x20 }
        let digits = bytes.prefix { (0x30...0x39).contains($0) }
        guard let number = Int64(String(decoding: digits, as: UTF8.self)) else { return nil }
        let unit: Int64
        switch String(decoding: bytes.dropFirst(digits.count), as: UTF8.self) {
        case "", "MS", "MILLI", "MILLIS", "MILLISECOND", "MILLISECONDS": unit = 1
        case "S", "SEC", "SECS", "SECOND", "SECONDS": unit = 1_000
        case "M", "MIN", "MINS", "MINUTE", "MINUTES": unit = 60_000
        case "H", "HOUR", "HOURS": unit = 3_600_000
        case "D", "DAY", "DAYS": unit = 86_400_000
        default: return nil
        }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow ? nil : product
    }

    /// Keys whose values are among a few words, in either case.
    static let choices: [String: [String]] = [
        "execution.runtime-mode": ["streaming", "batch", "automatic"],
        "table.exec.emit.early-fire.enabled": ["true", "false"],
        "table.exec.emit.late-fire.enabled": ["true", "false"],
        "table.exec.sink.not-null-enforcer": ["error", "drop"],
        "table.exec.sink.type-length-enforcer": ["ignore", "trim_pad", "error"],
        "table.exec.sink.upsert-materialize": ["auto", "none", "force"],
        "pipeline.share-scans": ["true", "false"],
        "table.optimizer.distinct-agg.split.enabled": ["true", "false"],
    ]

    /// Keys whose values must be durations.
    static let durations: Set<String> = [
        "pipeline.auto-watermark-interval", "table.exec.state.ttl", "table.exec.emit.early-fire.delay",
        "table.exec.emit.late-fire.delay", "table.exec.emit.allow-lateness", "execution.checkpointing.interval",
    ]
}
