import Columnar
import Diagnostics
import StreamSQL
import Testing

@testable import Engine

/// The queue between two pipeline instances.
struct InboxTests {
    private static func batch(_ rows: Int) -> Batch {
        Batch(columns: [Column(DataType(.bigint), capacity: rows)], rowCount: rows)
    }

    /// A sender that found its lane full sleeps for a minute and more here, unless it is woken when half of it is free.
    @Test func fullLanesWakeTheirSender() {
        let inbox = Inbox(laneCount: 1)
        let sender = ThreadSignal()
        inbox.onRoom(lane: 0, raise: sender)
        while !inbox.isFull(lane: 0) { inbox.push(.batch(Self.batch(Limits.queueRows / 4)), lane: 0) }
        sender.prepareToSleep()
        for _ in 0..<2 { _ = inbox.pop(after: 0) { _ in true } }
        let slept = ContinuousClock().measure { sender.sleep(milliseconds: 120_000) }
        #expect(slept < .seconds(60))
        #expect(!inbox.isFull(lane: 0))
    }

    @Test func messagesLeaveInTheOrderTheyCame() {
        let inbox = Inbox(laneCount: 1)
        for rows in 1...200 { inbox.push(.batch(Self.batch(rows)), lane: 0) }
        var sizes: [Int] = []
        while case .batch(let batch)? = inbox.pop(after: 0, isOpen: { _ in true })?.message {
            sizes.append(batch.rowCount)
        }
        #expect(sizes == Array(1...200))
    }
}
