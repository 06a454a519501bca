import Diagnostics
import Scripts
import Synchronization
import Workloads

/// `millrace generate nexmark`
package struct NexmarkGeneration: Sendable {
    package static let name = "nexmark"

    package var events: Int
    package var outputs: [String]
    package var seed: UInt64
    package var delayMicroseconds: Double
    package var baseMilliseconds: Int64?

    /// `outputs` are files, by commas.
    package init(
        events: Int, outputs: String, seed: UInt64?, delayMicroseconds: Double, baseMilliseconds: Int64?
    ) {
        self.events = events
        self.outputs = outputs.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        self.seed = seed ?? 42
        self.delayMicroseconds = delayMicroseconds
        self.baseMilliseconds = baseMilliseconds
    }

    /// Generates on the calling thread until done or until the process is told to stop; gives a line that sums it up.
    package func run(
        progress: (String) -> Void, shouldStop: @Sendable () -> Bool = { StopRequest.isRaised }
    ) throws -> String {
        StopRequest.listen()
        var options = NexmarkOptions(events: events, outputs: outputs)
        options.seed = seed
        options.delayMicroseconds = delayMicroseconds
        if let baseMilliseconds { options.baseMilliseconds = baseMilliseconds }
        let total = Figures.grouped(UInt64(max(0, events)))
        let summary = try NexmarkGenerator(options).run(
            shouldStop: shouldStop,
            progress: { state in
                progress(
                    "\(Figures.grouped(UInt64(max(0, state.events)))) of \(total) events, "
                        + "\(Figures.decimal(Double(state.bytes) / 1e6, 0)) MB")
            })
        let rate = summary.seconds > 0 ? Double(summary.events) / summary.seconds : 0
        return "\(Figures.grouped(UInt64(max(0, summary.events)))) events, "
            + "\(Figures.decimal(Double(summary.bytes) / 1e6, 1)) MB in \(Figures.decimal(summary.seconds, 1)) s, "
            + "\(Figures.grouped(UInt64(rate))) events/s"
    }
}
