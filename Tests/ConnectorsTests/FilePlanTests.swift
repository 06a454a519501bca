import Testing

@testable import Connectors

/// Which range of which file is read next.
struct FilePlanTests {
    @Test func readersGoOnWithTheFileThatIsFarthestBehind() throws {
        let ranges = ["a", "b"].flatMap { path in
            (0..<3 as Range<Int64>).map {
                FileRange(path: path, size: 30, modifiedNanoseconds: 0, start: $0 * 10, end: $0 * 10 + 10)
            }
        }
        let plan = FilePlan(ranges: ranges, isShared: true)
        // Each file begins first; until then nothing is known of the time of the other.
        #expect(plan.take()?.range == 0)
        #expect(plan.leastTime(besides: 0) == .min)
        plan.reached(100, range: 0)
        #expect(plan.take()?.range == 3)
        plan.reached(50, range: 3)
        #expect(plan.leastTime(besides: 0) == 50)
        #expect(plan.leastTime(besides: 3) == 100)
        plan.finish(0)
        // What comes later in a file is not before what was read of it.
        #expect(plan.leastTime(besides: 3) == 100)
        #expect(plan.take()?.range == 4)
        plan.reached(70, range: 4)
        plan.finish(3)
        plan.finish(4)
        #expect(plan.leastTime(besides: nil) == 70)
        #expect(plan.take()?.range == 5)
        plan.reached(200, range: 5)
        #expect(plan.take()?.range == 1)
        plan.reached(210, range: 1)
        plan.finish(5)
        #expect(plan.take()?.range == 2)
        #expect(plan.leastTime(besides: 2) == 210)
        plan.finish(1)
        #expect(plan.leastTime(besides: 2) == nil)
        #expect(plan.take() == nil)
    }
}
