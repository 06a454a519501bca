import Testing

@testable import Workloads

struct CalendarQueueTests {
    private func entry(_ order: UInt64) -> CalendarQueue.Entry {
        CalendarQueue.Entry(order: order, created: 1, task: 0)
    }

    @Test func entriesComeOutAtTheirMomentInOrder() {
        var queue = CalendarQueue(limit: 100_000)
        for order in UInt64(0)..<30_000 {
            let planned = queue.plan(entry(order), at: 1_000 + Int64(order % 7), now: 999)
            #expect(planned)
        }
        for moment in Int64(1_000)..<1_007 {
            var expected = UInt64(moment - 1_000)
            while let next = queue.take(at: moment) {
                #expect(next.order == expected)
                expected += 7
            }
            #expect(expected >= 30_000)
        }
        #expect(queue.count == 0)
    }

    @Test func roomIsReusedAndBounded() {
        var queue = CalendarQueue(limit: 10)
        for round in Int64(0)..<100 {
            for order in UInt64(0)..<10 {
                let planned = queue.plan(entry(order), at: round + 1, now: round)
                #expect(planned)
            }
            let overflowing = queue.plan(entry(11), at: round + 1, now: round)
            #expect(!overflowing)
            while queue.take(at: round + 1) != nil {}
        }
    }

    @Test func thePastAndTheFarFutureAreRefused() {
        var queue = CalendarQueue(limit: 10)
        let past = queue.plan(entry(1), at: 50, now: 50)
        let far = queue.plan(entry(1), at: 50 + CalendarQueue.horizon, now: 50)
        let edge = queue.plan(entry(1), at: 49 + CalendarQueue.horizon, now: 50)
        #expect(!past && !far && edge)
    }
}
