import Serving
import Testing

struct FeedStateTests {
    private let status = FeedStatus(jobs: [], tables: [], now: 5, staleAfter: 1)
    private let header = #""serverTime":5,"asOf":null,"stale":false,"sources":[]"#

    private func text(_ bytes: [UInt8]?) -> String? { bytes.map { String(decoding: $0, as: UTF8.self) } }

    private func state(ring: Int = 8) -> FeedState {
        FeedState(
            epoch: "e", panels: [.init(id: "keyed", isKeyed: true), .init(id: "plain", isKeyed: false)],
            ringLength: ring)
    }

    @Test func snapshotShowsEverything() {
        var state = state()
        let differs = state.publish([(0, .rows([row(1, 2)])), (1, .failed("no table"))])
        #expect(differs)
        #expect(
            text(state.snapshotFrame(status)) == """
                id: e.1
                event: snapshot
                data: {\(header),"panels":{"keyed":{"rows":[[1,2]],"error":null},"plain":{"rows":[],"error":{"message":"no table"}}}}


                """)
    }

    @Test func deltaShowsChangedPanelsOnly() {
        var state = state()
        _ = state.publish([(0, .rows((0..<6).map { row($0, 0) })), (1, .rows([row(9, 9)]))])
        _ = state.publish([(0, .rows((0..<6).map { row($0, $0 == 2 ? 8 : 0) })), (1, .rows([row(9, 9)]))])
        #expect(
            text(state.deltaFrame(since: 1, status)) == """
                id: e.2
                event: delta
                data: {\(header),"panels":{"keyed":{"upserts":[[2,8]],"deletes":[]}}}


                """)
        _ = state.publish([(1, .rows([row(9, 10)]))])
        #expect(
            text(state.deltaFrame(since: 1, status)) == """
                id: e.3
                event: delta
                data: {\(header),"panels":{"keyed":{"upserts":[[2,8]],"deletes":[]},"plain":{"rows":[[9,10]]}}}


                """)
    }

    @Test func sameContentIsNoStep() {
        var state = state()
        let first = state.publish([(0, .rows([row(1, 1)]))])
        let second = state.publish([(0, .rows([row(1, 1)]))])
        #expect(first && !second)
        #expect(state.sequence == 1)
    }

    @Test func resumesWithinTheRingOnly() {
        var state = state(ring: 4)
        for value in 1...10 { _ = state.publish([(0, .rows([row(1, value)]))]) }
        #expect(state.resumePoint(lastEventID: "e.10") == 10)
        #expect(state.resumePoint(lastEventID: "e.6") == 6)
        #expect(state.resumePoint(lastEventID: "e.5") == nil)
        #expect(state.resumePoint(lastEventID: "e.11") == nil)
        #expect(state.resumePoint(lastEventID: "f.10") == nil)
        for id in ["", "e", "e.", ".10", "e.x", "e.10.1", "e.-1", "e.99999999999999999999"] {
            #expect(state.resumePoint(lastEventID: id) == nil)
        }
        #expect(state.resumePoint(lastEventID: nil) == nil)
        #expect(state.deltaFrame(since: 5, status) == nil)
        #expect(state.deltaFrame(since: 6, status) != nil)
    }

    @Test func ringIsBoundedInBytes() {
        var state = FeedState(
            epoch: "e", panels: [.init(id: "p", isKeyed: true)], ringLength: 1_000, ringByteLimit: 10_000)
        for value in 1...200 { _ = state.publish([(0, .rows((0..<20).map { row($0, $0 < 10 ? value : 0) }))]) }
        #expect(state.canResume(from: 199))
        #expect(!state.canResume(from: 150))
    }

    @Test func statusFrameHasNoID() {
        #expect(text(state().statusFrame(status)) == "event: status\ndata: {\(header)}\n\n")
    }
}

struct FeedStatusTests {
    private func job(
        _ state: JobReport.State, lastRecordAt: Int64?, tables: [String] = [], asOf: Int64? = nil
    ) -> JobReport {
        var job = JobReport(id: "1", name: "j", state: state, startedAt: 1_000)
        var source = SourceReport(name: "log")
        source.lastRecordAt = lastRecordAt
        source.lagBytes = 7
        job.sources = [source]
        job.tables = tables
        job.asOf = asOf
        return job
    }

    private func status(_ jobs: [JobReport], now: Int64 = 10_000) -> FeedStatus {
        FeedStatus(jobs: jobs, tables: ["orders"], now: now, staleAfter: 2_000)
    }

    @Test func staleWhenSourcesFallSilent() {
        #expect(!status([job(.running, lastRecordAt: 8_000)]).isStale)
        #expect(status([job(.running, lastRecordAt: 7_999)]).isStale)
        #expect(status([job(.running, lastRecordAt: nil)]).isStale)
        #expect(!status([job(.running, lastRecordAt: nil)], now: 3_000).isStale)
        #expect(!status([job(.running, lastRecordAt: 1_000), job(.running, lastRecordAt: 9_999)]).isStale)
        #expect(!status([job(.finished, lastRecordAt: 1_000)]).isStale)
        #expect(status([job(.failed, lastRecordAt: 9_999)]).isStale)
        #expect(!status([]).isStale)
    }

    @Test func onlyJobsOfTheDashboardCount() {
        let other = job(.failed, lastRecordAt: nil, tables: ["viewers"], asOf: 99)
        let own = job(.running, lastRecordAt: 9_500, tables: ["orders"], asOf: 5)
        let status = self.status([other, own])
        #expect(!status.isStale)
        #expect(status.asOf == 5)
        #expect(status.sources == [.init(name: "log", state: "live", lastRecordAt: 9_500, lagBytes: 7)])
    }

    @Test func aTableThatTwoJobsReadIsToldOnceAtItsWorst() {
        let status = self.status([job(.running, lastRecordAt: 9_500), job(.running, lastRecordAt: 3_000)])
        #expect(status.sources == [.init(name: "log", state: "idle", lastRecordAt: 9_500, lagBytes: 7)])
        #expect(!status.isStale)
        #expect(
            self.status([job(.running, lastRecordAt: 9_500), job(.failed, lastRecordAt: 9_500)]).sources.first?.state
                == "failed")
    }

    @Test func whoWaitsIsStaleAndSaysWhy() {
        var waiting = job(.restarting, lastRecordAt: nil)
        waiting.sources[0].problem = "nobody there"
        var status = self.status([waiting], now: 1_000)
        #expect(status.isStale)
        #expect(
            status.sources == [
                .init(name: "log", state: "waiting", lastRecordAt: nil, lagBytes: 7, problem: "nobody there")
            ])
        // A job that runs, and reads what waits.
        waiting.state = .running
        status = self.status([job(.running, lastRecordAt: 9_500), waiting])
        #expect(status.isStale && status.sources.map(\.state) == ["waiting"])
        #expect(status.differs(from: self.status([job(.running, lastRecordAt: 9_500)])))
        let frame = FeedState(epoch: "e", panels: []).statusFrame(status)
        #expect(String(decoding: frame, as: UTF8.self).contains(#""problem":"nobody there""#))
    }

    @Test func differencesThatMatter() {
        let live = status([job(.running, lastRecordAt: 9_000)])
        #expect(!live.differs(from: status([job(.running, lastRecordAt: 9_900)], now: 10_100)))
        #expect(live.differs(from: status([job(.running, lastRecordAt: 9_000)], now: 12_000)))
    }

    @Test func evaluationIsImmediateThenOnTheGrid() {
        var grid = EvaluationGrid(intervalMilliseconds: 250)
        #expect(grid.due(1_000) == 1_000)
        grid.ran(from: 1_000, to: 2_000)
        #expect(grid.due(5_000) == 250_001_000)
        #expect(grid.due(300_000_000) == 300_000_000)
        grid.ran(from: 300_000_000, to: 600_000_000)
        #expect(grid.due(600_000_001) == 900_000_000)
    }
}
