import Scripts
import Synchronization
import Workloads

/// `millrace generate live-show`, and the feed of the demo.
package struct LiveShowGeneration: Sendable {
    package static let name = "live-show"
    /// 2026-10-31 00:00 in Shanghai, as for the other applications.
    private static let defaultStart: Int64 = 1_793_376_000_000

    package var directory: String
    package var rate: Double
    package var count: Int?
    package var seed: UInt64
    package var users: Int
    package var rotateBytes: Int?
    package var start: Int64?
    package var historySeconds: Int
    package var isPaced: Bool
    package var keepsFiles: Bool

    package init(
        directory: String, rate: Double, count: Int? = nil, seed: UInt64 = 1, users: Int = 2_001,
        rotateBytes: Int? = nil, start: Int64? = nil, historySeconds: Int = 0, isPaced: Bool, keepsFiles: Bool = false
    ) {
        self.directory = directory
        self.rate = rate
        self.count = count
        self.seed = seed
        self.users = users
        self.rotateBytes = rotateBytes
        self.start = start
        self.historySeconds = historySeconds
        self.isPaced = isPaced
        self.keepsFiles = keepsFiles
    }

    /// Generates on the calling thread until done or until the process is told to stop; gives a line that sums it up.
    package func run(
        progress: (String) -> Void, shouldStop: @Sendable () -> Bool = { StopRequest.isRaised }
    ) throws -> String {
        StopRequest.listen()
        var options = LiveShowOptions(
            outputDirectory: directory, rate: rate,
            start: start ?? (isPaced ? GeneratorClock.wallMilliseconds() : Self.defaultStart))
        options.count = count
        options.seed = seed
        options.users = users
        options.rotateBytes = rotateBytes
        options.historySeconds = historySeconds
        options.isPaced = isPaced
        options.keepsFiles = keepsFiles
        let done = try LiveShowGenerator(options).run(
            shouldStop: shouldStop,
            progress: { progress("\(Self.figures($0)), \(Figures.decimal(Double($0.bytes) / 1e6, 0)) MB") })
        let rate = done.seconds > 0 ? Double(done.records) / done.seconds : 0
        return "\(Self.figures(done)), \(Figures.decimal(Double(done.bytes) / 1e6, 1)) MB in "
            + "\(Figures.decimal(done.seconds, 1)) s, \(Figures.grouped(UInt64(rate))) records/s"
    }

    private static func figures(_ progress: LiveShowGenerator.Progress) -> String {
        "\(Figures.grouped(UInt64(max(0, progress.visits)))) visits, \(Figures.grouped(UInt64(max(0, progress.gifts)))) gifts"
    }
}
