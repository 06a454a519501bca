import CPlatform
import Columnar

/// The 128-bit fingerprint of a key.
///
/// Two seeded 64-bit hashes: with n keys the chance that any two share a fingerprint is about n² / 2¹²⁹
/// (10⁻²⁰ at a billion keys), and the seeds keep outsiders from making it happen.
struct Fingerprint: Hashable, BitwiseCopyable {
    /// The hash by which rows are dealt to instances.
    var first: UInt64
    var second: UInt64

    static let none = Fingerprint(first: 0, second: 0)

    /// All zeros mark an empty slot; that one fingerprint stands under another name.
    @inline(__always)
    var nonEmpty: Fingerprint { first == 0 && second == 0 ? Fingerprint(first: 1, second: 0) : self }
}

extension Fingerprint {
    /// Any type whose values take 16 bytes will do for a column of fingerprints.
    static var columnType: DataType { DataType(.decimal(precision: 38, scale: 0)) }
}

extension Column {
    /// The values of a column of fingerprints.
    var fingerprints: UnsafeMutablePointer<Fingerprint> {
        UnsafeMutableRawPointer(int128).assumingMemoryBound(to: Fingerprint.self)
    }
}

/// A growing set of fingerprints: open addressing, 16 bytes a slot, 19 to 29 bytes a key.
///
/// It is cut into segments by the top bits of the second hash, each of which grows by half on its own: growing
/// never stops the stream for long and never needs the memory of two whole tables. What the set cannot do is give
/// the keys back.
final class FingerprintSet {
    private static let segmentBits: UInt64 = 6
    private static let firstSlots = 64
    /// Rows whose slots are asked for ahead of their turn.
    private static let lookahead = 12

    /// One part of the table. A fingerprint's place is its hash scaled to the size, so that any size will do.
    private struct Segment {
        var slots: UnsafeMutablePointer<Fingerprint>
        var size: Int
        var count = 0

        init(size: Int) {
            slots = .allocate(capacity: size)
            slots.initialize(repeating: .none, count: size)
            self.size = size
        }

        @inline(__always)
        func home(_ print: Fingerprint) -> Int {
            let below = (print.second << FingerprintSet.segmentBits) >> 32
            return Int(truncatingIfNeeded: (below &* UInt64(truncatingIfNeeded: size)) >> 32)
        }

        /// The slot that holds the fingerprint, or the empty one where it belongs.
        @inline(__always)
        func find(_ print: Fingerprint) -> (slot: Int, isHeld: Bool) {
            var slot = home(print)
            while true {
                let held = slots[slot]
                if held.second == print.second && held.first == print.first { return (slot, true) }
                if held.first == 0 && held.second == 0 { return (slot, false) }
                slot &+= 1
                if slot == size { slot = 0 }
            }
        }

        /// Half as large again.
        mutating func grow() {
            var larger = Segment(size: size + size / 2)
            for index in 0..<size where slots[index] != .none {
                larger.slots[larger.find(slots[index]).slot] = slots[index]
            }
            larger.count = count
            slots.deallocate()
            self = larger
        }
    }

    private let segments: UnsafeMutablePointer<Segment>
    private let segmentCount = 1 << Int(FingerprintSet.segmentBits)
    private(set) var count = 0

    init() {
        segments = .allocate(capacity: segmentCount)
        for index in 0..<segmentCount { (segments + index).initialize(to: Segment(size: Self.firstSlots)) }
    }

    deinit {
        for index in 0..<segmentCount { segments[index].slots.deallocate() }
        segments.deallocate()
    }

    var byteSize: Int { (0..<segmentCount).reduce(0) { $0 + segments[$1].size * MemoryLayout<Fingerprint>.stride } }

    @inline(__always)
    private static func segment(_ print: Fingerprint) -> Int {
        Int(truncatingIfNeeded: print.second >> (64 - segmentBits))
    }

    /// Adds each fingerprint; writes the rows that were new to `rows` and returns how many.
    func insert(
        _ fingerprints: UnsafePointer<Fingerprint>, count rowCount: Int, newRows rows: UnsafeMutablePointer<Int32>
    ) -> Int {
        var new = 0
        let segments = self.segments
        for row in 0..<rowCount {
            if row &+ Self.lookahead < rowCount {
                let ahead = fingerprints[row &+ Self.lookahead]
                let segment = segments + Self.segment(ahead)
                millrace_prefetch(segment.pointee.slots + segment.pointee.home(ahead))
            }
            let print = fingerprints[row].nonEmpty
            let segment = segments + Self.segment(print)
            let (slot, isHeld) = segment.pointee.find(print)
            if isHeld { continue }
            segment.pointee.slots[slot] = print
            segment.pointee.count &+= 1
            rows[new] = Int32(truncatingIfNeeded: row)
            new &+= 1
            // Seven eighths full is where probing begins to cost.
            if segment.pointee.count &* 8 >= segment.pointee.size &* 7 { segment.pointee.grow() }
        }
        count += new
        return new
    }

    /// Adds one; true when it was new.
    func insert(_ fingerprint: Fingerprint) -> Bool {
        var row: Int32 = 0
        var print = fingerprint
        return insert(&print, count: 1, newRows: &row) == 1
    }

    func contains(_ fingerprint: Fingerprint) -> Bool {
        let print = fingerprint.nonEmpty
        return segments[Self.segment(print)].find(print).isHeld
    }
}
