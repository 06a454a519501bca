import Columnar
import ConnectorContract
import StreamSQL
import Testing

@testable import Engine

/// Values that COUNT(DISTINCT) calls share, on their way into epochs and back.
struct SharedValueTests {
    private static let groupCount = 3

    private static func set() -> AggregateSet {
        let call = AggregateCall(
            .count, argument: 0, argumentType: DataType(.bigint), isDistinct: true, resultType: DataType(.bigint))
        let set = AggregateSet([call], inputRetracts: false, seed: 7, tracksChanges: true, sharesDistinct: true)
        set.reserve(groups: groupCount)
        return set
    }

    /// Most values go to the first group, so that it is told of more than once.
    private static func feed(_ set: AggregateSet, _ values: Range<Int64>) {
        let column = Column(DataType(.bigint), capacity: values.count)
        for (row, value) in values.enumerated() { column.int64[row] = value }
        let groups = values.map { $0 % 8 == 0 ? Int32($0 / 8 % Int64(groupCount)) : 0 }
        set.update(Batch(columns: [column], rowCount: values.count), groups: groups, signs: nil)
    }

    private static func counts(_ set: AggregateSet) -> [Int64] {
        let result = set.states[0].result(Array(0..<Int32(groupCount)))
        return (0..<groupCount).map { result.int64[$0] }
    }

    @Test func comeBackFromManyPieces() throws {
        let set = Self.set()
        for start in stride(from: Int64(0), to: 60_000, by: 4_000) { Self.feed(set, start..<start + 4_000) }
        #expect(Self.counts(set) == [55_000, 2_500, 2_500])
        let writer = StateWriter()
        set.drainDistinct(to: writer) { writer.write(UInt32($0)) }
        let changes = try writer.take("values", .append)
        #expect(changes.count > 1)

        let restored = Self.set()
        for change in changes {
            try change.bytes.withUnsafeBytes { bytes in
                try restored.restoreDistinct(bytes) { (reader) throws(DamagedBytesError) in
                    Int(try reader.read(UInt32.self))
                }
            }
        }
        // The counts are stored elsewhere: here they say what is new.
        Self.feed(restored, 0..<60_000)
        #expect(Self.counts(restored) == [0, 0, 0])
        Self.feed(restored, 60_000..<60_008)
        #expect(Self.counts(restored).reduce(0, +) == 8)
        // What was told once is not told again.
        set.drainDistinct(to: writer) { writer.write(UInt32($0)) }
        #expect(try writer.take("values", .append).isEmpty)
    }
}
