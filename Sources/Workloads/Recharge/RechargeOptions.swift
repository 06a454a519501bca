/// What to generate, how fast and where.
package struct RechargeOptions: Sendable {
    /// When lines are written.
    package enum Pace: Sendable {
        /// Each line when its time has come; the first moment of event time is the start of the run.
        case realTime
        /// As fast as the machine writes.
        case unpaced
    }

    /// How the number of orders varies over time.
    package enum Load: Sendable {
        /// Low at 04:00, peaks before noon and at 20:00, half as much again around the turn of the month.
        case dayCurve
        /// `rate` all the time (still random from second to second).
        case steady
    }

    /// What happens to log files an earlier run left in the output directory.
    package enum ExistingFiles: Sendable {
        /// They are deleted; only the generator's own names are touched.
        case replace
        /// They stay: the current file of each node is rotated away under its next number.
        case keep
    }

    /// The directory that receives `node-01/recharge.log` and so on; created if missing.
    package var outputDirectory: String
    /// How many nodes write; split as the 11 PC, 8 mobile and 4 notification nodes of the real system.
    package var nodes = 23
    /// Lines per second of event time, averaged over an ordinary day.
    package var rate: Double
    /// How many lines in total, bad and repeated ones included; nil goes on until stopped.
    package var count: Int?
    package var seed: UInt64 = 1
    /// A node's file that has reached this size is renamed to `recharge.log.<n>`; nil never rotates.
    package var rotateBytes: Int?
    /// Event time of the first possible line, in milliseconds since 1970-01-01 UTC.
    package var start: Int64
    package var pace = Pace.unpaced
    package var load = Load.dayCurve
    /// Where to write the expected metrics; replaced atomically every second in real time, and at the end.
    package var oraclePath: String?
    /// How many lines of a million are bad or odd, in turn of the kinds of `RechargeMalformation`.
    package var malformedPerMillion = 0
    package var duplicatesPerMille = 10
    package var latePerMille = 5
    package var existingFiles = ExistingFiles.replace
    /// Seconds of orders that exist before `start`, so that notices flow from the first second on.
    package var warmUpSeconds = 300

    package init(outputDirectory: String, rate: Double, start: Int64) {
        self.outputDirectory = outputDirectory
        self.rate = rate
        self.start = start
    }

    /// The bounds of a run.
    package enum Limits {
        package static let nodes = 1...999
        package static let rate = 0.001...200_000.0
        /// Orders, late lines and repeated lines waiting for their moment: 24 bytes each.
        package static let waiting = 16 << 20
        package static let smallestRotation = 4_096
        package static let warmUpSeconds = 0...480
        /// 2000-01-01 to 2090-01-01: years with four digits, and before the lines from 2099.
        package static let start: ClosedRange<Int64> = 946_684_800_000...3_786_912_000_000
    }

    /// Throws what is wrong with the options, naming the option.
    package func validate() throws(WorkloadError) {
        func require(_ holds: Bool, _ message: String) throws(WorkloadError) {
            if !holds { throw WorkloadError(.option, message) }
        }
        try require(!outputDirectory.isEmpty, "the output directory is empty")
        try require(Limits.nodes.contains(nodes), "nodes must be in 1...999, not \(nodes)")
        try require(Limits.rate.contains(rate), "rate must be in 0.001...200000 lines per second, not \(rate)")
        try require(count.map { $0 >= 0 } ?? true, "count must not be negative")
        try require(
            rotateBytes.map { $0 >= Limits.smallestRotation } ?? true,
            "rotate must be at least \(Limits.smallestRotation) bytes")
        try require(Limits.start.contains(start), "start must lie between 2000-01-01 and 2090-01-01")
        try require((0...1_000_000).contains(malformedPerMillion), "malformed lines per million must be in 0...1000000")
        try require((0...1_000).contains(duplicatesPerMille), "duplicates per mille must be in 0...1000")
        try require((0...1_000).contains(latePerMille), "late lines per mille must be in 0...1000")
        try require(Limits.warmUpSeconds.contains(warmUpSeconds), "warm-up must be in 0...480 seconds")
    }
}
