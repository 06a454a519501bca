import Testing

@testable import Engine

struct EpochPaceTests {
    private static let millisecond: UInt64 = 1_000_000

    private func isDue(
        _ pace: EpochPace, at milliseconds: UInt64, rows: UInt64, isPressed: Bool = false, isTroubled: Bool = false
    ) -> Bool {
        pace.isDue(
            now: milliseconds * Self.millisecond, rows: rows, isPressed: isPressed, isTroubled: isTroubled)
    }

    @Test func shortEpochsRestWhileNothingComes() {
        var pace = EpochPace(milliseconds: 10, now: 0)
        #expect(!isDue(pace, at: 500, rows: 0))
        #expect(isDue(pace, at: 1_000, rows: 0))
        #expect(isDue(pace, at: 10, rows: 1))
        #expect(!isDue(pace, at: 9, rows: 1))
        pace.didCut(now: 10 * Self.millisecond, rows: 1)
        #expect(!isDue(pace, at: 30, rows: 1))
        #expect(isDue(pace, at: 30, rows: 2))
    }

    @Test func longEpochsComeInTheirTime() {
        let pace = EpochPace(milliseconds: 5_000, now: 0)
        #expect(!isDue(pace, at: 4_999, rows: 9))
        #expect(isDue(pace, at: 5_000, rows: 0))
    }

    @Test func muchThatIsHeldBackDoesNotWait() {
        let pace = EpochPace(milliseconds: 5_000, now: 0)
        #expect(isDue(pace, at: 1, rows: 9, isPressed: true))
        // A disk that took nothing a moment ago is left alone for a while.
        #expect(!isDue(pace, at: 1, rows: 9, isPressed: true, isTroubled: true))
        #expect(isDue(pace, at: 5_000, rows: 9, isTroubled: true))
    }
}
