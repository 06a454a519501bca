import Columnar
import Engine
import StreamSQL
import Testing

/// Compaction and hashes.
struct GatherTests {
    private static let types: [LogicalType] = [.boolean, .bigint, .double, .decimal(precision: 20, scale: 2), .string]

    private func value(_ type: LogicalType, _ number: Int) -> LiteralValue {
        if number % 7 == 3 { return .null }
        switch type.kind {
        case .bits: return .boolean(number % 3 == 0)
        case .int64: return .int64(Int64(number))
        case .float64: return .float64(Double(number) / 4)
        case .int128: return .int128(Int128(number) << 40)
        case .text: return .text(Array("row \(number) \(String(repeating: "x", count: number % 20))".utf8))
        }
    }

    @Test(arguments: [0, 1, 63, 64, 65, 4_096])
    func gathersEveryKind(rowCount: Int) {
        for type in Self.types {
            for hasNulls in [true, false] {
                let values = (0..<rowCount).map { value(type, hasNulls ? $0 : $0 * 7) }
                let column = ExpressionHarness.column(DataType(type), values)
                let rows = (0..<rowCount).filter { $0 % 3 != 1 }.reversed().map { Int32($0) }
                let result = rows.withUnsafeBufferPointer { buffer in
                    buffer.baseAddress.map { gather(column, rows: $0, count: buffer.count) }
                        ?? Column(DataType(type), capacity: 0)
                }
                #expect(ExpressionHarness.values(result, rows.count) == rows.map { values[Int($0)] })
                #expect(result.mayHaveNulls == rows.contains { values[Int($0)] == .null })
            }
        }
    }

    @Test func gathersKinds() {
        let batch = Batch(columns: [], rowCount: 4, kinds: [0, 1, 2, 3], retainedBytes: 400)
        let rows: [Int32] = [3, 1]
        let part = rows.withUnsafeBufferPointer { gather(batch, rows: $0.baseAddress!, count: 2) }
        #expect(part.kinds == [3, 1])
        #expect(part.rowCount == 2)
        #expect(part.retainedBytes == 200)
    }

    @Test func equalKeysHashAlike() {
        let rowCount = 1_000
        let columns = Self.types.map { type in
            ExpressionHarness.column(DataType(type), (0..<rowCount).map { value(type, $0) })
        }
        let batch = Batch(columns: columns, rowCount: rowCount)
        let rows = (0..<Int32(rowCount)).reversed().map { $0 }
        let turned = rows.withUnsafeBufferPointer { gather(batch, rows: $0.baseAddress!, count: rowCount) }
        for keys in [[0], [1], [2], [3], [4], [4, 1, 2], [0, 3]] {
            var first = [UInt64](repeating: 0, count: rowCount)
            var second = first
            hashColumns(batch, keys, seed: 99, into: &first)
            hashColumns(turned, keys, seed: 99, into: &second)
            #expect(first == Array(second.reversed()))
            var wide = [(UInt64, UInt64)](repeating: (0, 0), count: rowCount)
            hash128Columns(batch, keys, seed: (99, 7), into: &wide)
            #expect(wide.map(\.0) == first)
            // Distinct keys have distinct hashes, in both halves.
            let distinct = Set(
                (0..<rowCount).map { row in keys.map { ExpressionHarness.values(columns[$0], rowCount)[row] } }.prefix(
                    200)
            ).count
            #expect(Set(first.prefix(200)).count == distinct)
            #expect(Set(wide.prefix(200).map(\.1)).count == distinct)
            hashColumns(batch, keys, seed: 100, into: &second)
            #expect(first != second)
        }
    }

    @Test func equalNumbersHashAlike() {
        let zeros = ExpressionHarness.column(DataType(.double), [.float64(0), .float64(-0.0), .null, .null])
        var hashes = [UInt64](repeating: 0, count: 4)
        hashColumns(Batch(columns: [zeros], rowCount: 4), [0], seed: 5, into: &hashes)
        #expect(hashes[0] == hashes[1])
        #expect(hashes[2] == hashes[3])
        #expect(hashes[0] != hashes[2])
    }

    @Test func hashesSpreadOverInstancesAndSlots() {
        // Dense numbers fill the buckets of high and of low bits evenly.
        let count = 1 << 16
        let column = ExpressionHarness.column(DataType(.bigint), (0..<count).map { .int64(Int64($0)) })
        var hashes = [UInt64](repeating: 0, count: count)
        hashColumns(Batch(columns: [column], rowCount: count), [0], seed: 1, into: &hashes)
        for shift in [0, 16, 32, 56] {
            var buckets = [Int](repeating: 0, count: 256)
            for hash in hashes { buckets[Int(truncatingIfNeeded: hash >> UInt64(shift)) & 255] += 1 }
            #expect(buckets.allSatisfy { $0 > 170 && $0 < 350 }, "shift \(shift)")
        }
    }
}
