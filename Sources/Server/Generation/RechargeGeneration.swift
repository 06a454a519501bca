import Diagnostics
import Scripts
import Synchronization
import Workloads

/// `millrace generate recharge-monitor`, and the feed of the demo.
package struct RechargeGeneration: Sendable {
    package static let name = "recharge-monitor"
    /// 2026-10-31 00:00 in Shanghai: a month's end, with its peak.
    private static let defaultStart: Int64 = 1_793_376_000_000

    package var directory: String
    package var nodes: Int
    package var rate: Double
    package var count: Int?
    package var seed: UInt64
    package var rotateBytes: Int?
    package var oracle: String?
    package var start: Int64?
    package var malformedPerMillion: Int
    package var isPaced: Bool
    package var isSteady: Bool
    package var keepsFiles: Bool

    package init(
        directory: String, nodes: Int = 23, rate: Double, count: Int? = nil, seed: UInt64 = 1,
        rotateBytes: Int? = nil, oracle: String? = nil, start: Int64? = nil, malformedPerMillion: Int = 0,
        isPaced: Bool, isSteady: Bool = false, keepsFiles: Bool = false
    ) {
        self.directory = directory
        self.nodes = nodes
        self.rate = rate
        self.count = count
        self.seed = seed
        self.rotateBytes = rotateBytes
        self.oracle = oracle
        self.start = start
        self.malformedPerMillion = malformedPerMillion
        self.isPaced = isPaced
        self.isSteady = isSteady
        self.keepsFiles = keepsFiles
    }

    /// Generates on the calling thread until done or until the process is told to stop; gives a line that sums it up.
    package func run(
        progress: (String) -> Void, shouldStop: @Sendable () -> Bool = { StopRequest.isRaised }
    ) throws -> String {
        StopRequest.listen()
        var options = RechargeOptions(
            outputDirectory: directory, rate: rate,
            start: start ?? (isPaced ? GeneratorClock.wallMilliseconds() : Self.defaultStart))
        options.nodes = nodes
        options.count = count
        options.seed = seed
        options.rotateBytes = rotateBytes
        options.oraclePath = oracle
        options.malformedPerMillion = malformedPerMillion
        options.pace = isPaced ? .realTime : .unpaced
        options.load = isSteady ? .steady : .dayCurve
        options.existingFiles = keepsFiles ? .keep : .replace
        var generator = try RechargeGenerator(options)
        let total = count
        let summary = try generator.run(
            shouldStop: shouldStop,
            progress: { state in
                let lines = Figures.grouped(UInt64(max(0, state.lines)))
                let share = total.map { " of \(Figures.grouped(UInt64($0)))" } ?? ""
                progress("\(lines)\(share) lines, \(Figures.decimal(Double(state.bytes) / 1e6, 0)) MB")
            })
        let rate = summary.seconds > 0 ? Double(summary.lines) / summary.seconds : 0
        return "\(Figures.grouped(UInt64(max(0, summary.lines)))) lines, "
            + "\(Figures.decimal(Double(summary.bytes) / 1e6, 1)) MB in \(Figures.decimal(summary.seconds, 1)) s, "
            + "\(Figures.grouped(UInt64(rate))) lines/s"
    }
}
