import Columnar
import Testing

struct TextViewTests {
    /// Calls `body` with the places of views of both byte strings.
    private func withViews<Result>(
        _ a: [UInt8], _ b: [UInt8], _ body: (UnsafePointer<TextView>, UnsafePointer<TextView>) -> Result
    ) -> Result {
        let heap = ByteHeap()
        let views = [a, b].map { bytes in
            bytes.isEmpty ? TextView() : bytes.withUnsafeBufferPointer { heap.add($0.baseAddress!, count: $0.count) }
        }
        return withExtendedLifetime(heap) {
            views.withUnsafeBufferPointer { body($0.baseAddress!, $0.baseAddress! + 1) }
        }
    }

    @Test func everyLengthKeepsItsBytes() {
        for count in 0...40 {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: 200 &+ $0 &* 7) }
            let same = withViews(bytes, bytes) { place, _ in
                Array(UnsafeBufferPointer(start: TextView.bytes(at: place), count: place.pointee.count)) == bytes
            }
            #expect(same, "length \(count)")
        }
    }

    @Test func equalityOrderAndHashFollowTheBytes() {
        var samples: [[UInt8]] = [[], [0], [0, 0], [255]]
        for count in [1, 3, 4, 5, 7, 8, 9, 11, 12, 13, 16, 17, 31] {
            samples.append((0..<count).map { UInt8($0) })
            samples.append((0..<count).map { UInt8($0) }.dropLast() + [99])
            samples.append([7] + (1..<count).map { UInt8($0) })
        }
        for a in samples {
            for b in samples {
                let (equal, order, sameHash) = withViews(a, b) { x, y in
                    (
                        TextView.equal(x, y), TextView.compare(x, y),
                        TextView.hash(at: x, seed: 5) == TextView.hash(at: y, seed: 5)
                    )
                }
                #expect(equal == (a == b))
                #expect((order < 0) == a.lexicographicallyPrecedes(b) && (order == 0) == (a == b))
                if a == b { #expect(sameHash) }
            }
        }
    }

    @Test func heapsGrowWithoutMovingWhatTheyHold() {
        let heap = ByteHeap(chunkBytes: 64)
        let texts = (0..<500).map { "a text that is longer than twelve bytes, number \($0)" }
        let column = Column(DataType(.string), capacity: texts.count)
        column.owners = [heap]
        for (row, text) in texts.enumerated() { column.text[row] = heap.add(text) }
        #expect(texts.indices.allSatisfy { column.string($0) == texts[$0] })
    }

    @Test func nullsAreMarkedAndZero() {
        let column = Column(DataType(.boolean), capacity: 130)
        column.setBit(129, true)
        column.setNull(64)
        #expect(column.bit(129) && !column.isValid(64) && column.isValid(65) && column.mayHaveNulls)
        column.setNull(129)
        #expect(!column.bit(129))
    }
}
