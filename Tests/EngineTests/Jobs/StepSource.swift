import Columnar
import ConnectorContract
import Diagnostics
import Synchronization
import TestSupport

/// Rows handed over one by one, with the clock moved between them; goes on where a restored position says.
final class StepSource: Source, SourceReader {
    let steps: [(id: String, pauseSeconds: UInt64)]
    let clock: VirtualClock
    private let next = Mutex(0)

    init(_ steps: [(id: String, pauseSeconds: UInt64)], clock: VirtualClock) {
        self.steps = steps
        self.clock = clock
    }

    let isBounded = true
    func open(parallelism: Int, positions: [[UInt8]], rejects: any RejectRecorder) throws -> [any SourceReader] {
        if let position = positions.first, let byte = position.first { next.withLock { $0 = Int(byte) } }
        return [self]
    }

    func poll(waitMilliseconds: Int) throws -> SourcePoll {
        let index = next.withLock { next in
            defer { next += 1 }
            return next
        }
        guard index < steps.count else { return .finished }
        clock.advance(nanoseconds: steps[index].pauseSeconds * 1_000_000_000)
        return .batch(BatchBuilder.batch([DataType(.string)], [[.text(steps[index].id)]]), split: 0)
    }

    var openSplits: [SplitStatus] { [SplitStatus(id: 0, isIdle: false)] }
    func position() throws -> [UInt8] { [UInt8(truncatingIfNeeded: next.withLock { $0 })] }
    var progress: SourceProgress { SourceProgress() }
}
