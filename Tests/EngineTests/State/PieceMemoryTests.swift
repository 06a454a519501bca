import CPlatform
import Columnar
import StreamSQL
import Testing

@testable import Engine

/// The memory of columns, and the fingerprints that stand for keys.
struct PieceMemoryTests {
    @Test func piecesHaveRoomAndLittleMore() {
        let sizes = [
            1, 64, 127, 128, 129, 256, 257, 1_000, 1_024, 1_025, 5_000, 65_536, 66_000, 262_144, 262_145, 1 << 20,
        ]
        for bytes in sizes {
            let size = millrace_piece_size(bytes)
            #expect(size >= bytes && size <= bytes + bytes / 4 + 64)
            // A piece that comes again has room for all that its size is asked for.
            for wanted in [bytes, size] {
                let piece: UnsafeMutableRawPointer = millrace_piece_new(wanted)
                #expect(UInt(bitPattern: piece) % 64 == 0)
                piece.initializeMemory(as: UInt8.self, repeating: 0xFF, count: wanted)
                millrace_piece_free(piece, wanted)
            }
        }
    }

    /// Enough keys for the segments to grow many times; each comes twice.
    @Test func fingerprintsAreFoundAfterGrowing() {
        let set = FingerprintSet()
        let count = 40_000
        func print(_ number: Int) -> Fingerprint {
            let word = UInt64(truncatingIfNeeded: number)
            return Fingerprint(first: word, second: word &* 0x9E37_79B9_7F4A_7C15)
        }
        #expect((0..<count).allSatisfy { set.insert(print($0)) })
        #expect(set.count == count)
        for number in 0..<count where set.insert(print(number)) { Issue.record("\(number) was not held") }
        #expect(set.count == count)
        #expect(!set.contains(print(count)))
    }

    @Test func bothHashesOfTextsAreThoseOfEachSeed() {
        let texts = (0..<100).map { String(repeating: "ab\($0)", count: $0).prefix($0) }
        let column = ExpressionHarness.column(DataType(.string), texts.map { .text(Array($0.utf8)) })
        let numbers = ExpressionHarness.column(DataType(.bigint), texts.indices.map { .int64(Int64($0)) })
        let batch = Batch(columns: [column, numbers], rowCount: texts.count)
        var pairs = [(UInt64, UInt64)](repeating: (0, 0), count: texts.count)
        var single = [UInt64](repeating: 0, count: texts.count)
        for keys in [[0], [1, 0], [0, 1, 0]] {
            hash128Columns(batch, keys, seed: (31, 77), into: &pairs)
            hashColumns(batch, keys, seed: 31, into: &single)
            #expect(pairs.map(\.0) == single)
            hashColumns(batch, keys, seed: 77, into: &single)
            #expect(pairs.map(\.1) == single)
        }
    }

    /// What the exchange computes for the receiver is what the receiver would compute.
    @Test func dealtRowsCarryTheirFingerprints() throws {
        let texts = (0..<500).map { "order \($0) of a day with many of them" }
        let column = ExpressionHarness.column(DataType(.string), texts.map { .text(Array($0.utf8)) })
        let inboxes = [Inbox(laneCount: 1), Inbox(laneCount: 1), Inbox(laneCount: 1)]
        let sender = EdgeSender(routing: .hash([0]), targets: inboxes, lane: 0, seed: 5, printSeed: 6)
        sender.send(Batch(columns: [column], rowCount: texts.count))
        var rows = 0
        for (index, inbox) in inboxes.enumerated() {
            guard case .batch(let batch)? = inbox.pop(after: 0, isOpen: { _ in true })?.message else { continue }
            let known = try #require(batch.keyPrints)
            var wanted = [Fingerprint](repeating: .none, count: batch.rowCount)
            fingerprintColumns(batch, [0], seeds: (5, 6), into: &wanted)
            #expect((0..<batch.rowCount).allSatisfy { known.fingerprints[$0] == wanted[$0] })
            #expect(wanted.allSatisfy { Partitioning.instance(of: $0.first, count: 3) == index })
            rows += batch.rowCount
        }
        #expect(rows == texts.count)
    }
}
