/// What to generate for the live show, how fast and where.
package struct LiveShowOptions: Sendable {
    /// The directory that receives the two topics' files and the two tables; created if missing.
    package var outputDirectory: String
    /// Records per second of event time, visits and gifts together, averaged over a day.
    package var rate: Double
    /// How many records in total; nil goes on until stopped.
    package var count: Int?
    package var seed: UInt64 = 1
    /// How many viewers there are, numbered from 2000 on.
    package var users = 2_001
    /// A file that has reached this size is renamed to its name with the next number; nil never rotates.
    package var rotateBytes: Int?
    /// Event time of the first possible record, in milliseconds since 1970-01-01 UTC.
    package var start: Int64
    /// Whether records are written as their time comes, with `start` as the moment of the call.
    package var isPaced = false
    /// Seconds before `start` whose records are written at once, before the paced ones.
    package var historySeconds = 0
    /// Whether files of an earlier run stay, rotated away; otherwise they are deleted.
    package var keepsFiles = false

    package init(outputDirectory: String, rate: Double, start: Int64) {
        self.outputDirectory = outputDirectory
        self.rate = rate
        self.start = start
    }

    /// The bounds of a run.
    package enum Limits {
        package static let rate = 0.001...1_000_000.0
        /// Their numbers have at most six digits.
        package static let users = 100...900_000
        package static let smallestRotation = 4_096
        package static let historySeconds = 0...604_800
        /// 2000-01-01 to 2090-01-01: years with four digits.
        package static let start: ClosedRange<Int64> = 946_684_800_000...3_786_912_000_000
    }

    /// Throws what is wrong with the options, naming the option.
    package func validate() throws(WorkloadError) {
        func require(_ holds: Bool, _ message: String) throws(WorkloadError) {
            if !holds { throw WorkloadError(.option, message) }
        }
        try require(!outputDirectory.isEmpty, "the output directory is empty")
        try require(Limits.rate.contains(rate), "rate must be in 0.001...1000000 records per second, not \(rate)")
        try require(count.map { $0 >= 0 } ?? true, "count must not be negative")
        try require(Limits.users.contains(users), "users must be in 100...900000, not \(users)")
        try require(
            rotateBytes.map { $0 >= Limits.smallestRotation } ?? true,
            "rotate must be at least \(Limits.smallestRotation) bytes")
        try require(Limits.start.contains(start), "start must lie between 2000-01-01 and 2090-01-01")
        try require(Limits.historySeconds.contains(historySeconds), "history must be in 0...604800 seconds")
    }
}
