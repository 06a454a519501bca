import Columnar
import TestSupport
import Testing

@testable import Engine

/// Updates of which nothing is left once columns are left out.
struct NoOpUpdateTests {
    private static let types = [DataType(.bigint), DataType(.string), DataType(.double)]

    private func kept(_ rows: [(RowKind, [BatchBuilder.Value])]) -> [String] {
        let batch = BatchBuilder.batch(Self.types, rows.map(\.1), kinds: rows.map(\.0))
        let left = NoOpUpdates.dropped(from: batch)
        return (0..<left.rowCount).map { row in
            let id = left.columns[0].isValid(row) ? "\(left.columns[0].int64[row])" : "NULL"
            return left.kind(row).shortForm + " " + id
        }
    }

    @Test func equalHalvesLeave() {
        let long = "a text that is too long to lie in its view"
        #expect(
            kept([
                (.insert, [1, "a", 1.5]), (.updateBefore, [1, "a", 1.5]), (.updateAfter, [1, "a", 1.5]),
                (.updateBefore, [2, .text(long), nil]), (.updateAfter, [2, .text(long), nil]),
                (.delete, [3, "c", 0.0]),
            ]) == ["+I 1", "-D 3"])
    }

    @Test func halvesThatDifferStay() {
        let rows: [(RowKind, [BatchBuilder.Value])] = [
            (.updateBefore, [1, "a", 1.5]), (.updateAfter, [1, "b", 1.5]),
            (.updateBefore, [2, "a", nil]), (.updateAfter, [2, "a", 1.5]),
            // Nothing says that these are one update.
            (.delete, [3, "a", 1.5]), (.insert, [3, "a", 1.5]), (.updateBefore, [4, "a", 1.5]),
        ]
        #expect(kept(rows) == ["-U 1", "+U 1", "-U 2", "+U 2", "-D 3", "+I 3", "-U 4"])
    }

    @Test func rowsThatAJoinMadeSeveralOfAreMatched() {
        #expect(
            kept([
                (.updateBefore, [1, "a", 1.5]), (.updateBefore, [2, "a", 1.5]), (.updateBefore, [3, "a", 1.5]),
                (.updateAfter, [1, "a", 1.5]), (.updateAfter, [2, "b", 1.5]), (.updateAfter, [3, "a", 1.5]),
            ]) == ["-U 2", "+U 2"])
        // A condition let only one half of the first pass.
        #expect(
            kept([(.updateBefore, [1, "a", 1.5]), (.updateBefore, [2, "a", 1.5]), (.updateAfter, [2, "a", 1.5])])
                == ["-U 1"])
    }

    @Test func insertsAreNotLookedAt() {
        let batch = BatchBuilder.batch(Self.types, [[1, "a", 1.5], [1, "a", 1.5]])
        #expect(NoOpUpdates.dropped(from: batch) === batch)
    }
}
