import CPlatform
import Columnar

/// Texts of a column that come again and again, such as names of channels, kept once.
///
/// Bounded; texts of a column where most are new are soon not looked for any more.
final class TextPool {
    /// More texts than this are not kept.
    private static let limit = 32_768
    /// Bytes of a text. Longer ones repeat seldom, and what is kept here stays.
    private static let longest = 256
    /// So often texts are looked for until it is judged whether that is worth it.
    private static let trial = 16_384

    /// Holds the texts.
    let heap: ByteHeap
    private var slots: UnsafeMutablePointer<TextView>
    /// A part of each slot's hash: bytes of another text are not read to tell it apart.
    private var tags: UnsafeMutablePointer<UInt32>
    private var mask = 1_023
    private var count = 0
    private var lookups = 0
    private var hits = 0
    private(set) var isOpen = true
    /// From an address, so that nobody outside can make texts that collide.
    private let seed: UInt64

    init(heap: ByteHeap) {
        self.heap = heap
        seed = UInt64(UInt(bitPattern: Unmanaged.passUnretained(heap).toOpaque()))
        slots = .allocate(capacity: mask + 1)
        slots.initialize(repeating: TextView(), count: mask + 1)
        tags = .allocate(capacity: mask + 1)
        tags.initialize(repeating: 0, count: mask + 1)
    }

    deinit {
        slots.deallocate()
        tags.deallocate()
    }

    var byteSize: Int { (mask + 1) * 20 }

    /// The kept text that equals the one at `place`, which must be longer than fits into a view; nil when it is not kept.
    func text(_ place: UnsafePointer<TextView>) -> TextView? {
        guard isOpen, place.pointee.count <= Self.longest else { return nil }
        return text(place, hash: TextView.hash(at: place, seed: seed))
    }

    /// The hash that a text is looked up by, for which memory is asked ahead of ``text(_:hash:)``.
    @inline(__always)
    func hash(_ place: UnsafePointer<TextView>) -> UInt64 {
        let hash = TextView.hash(at: place, seed: seed)
        let slot = Int(truncatingIfNeeded: hash) & mask
        millrace_prefetch(slots + slot)
        millrace_prefetch(tags + slot)
        return hash
    }

    /// As ``text(_:)``, with the text's hash.
    func text(_ place: UnsafePointer<TextView>, hash: UInt64) -> TextView? {
        guard isOpen, place.pointee.count <= Self.longest else { return nil }
        if lookups == Self.trial { judge() }
        lookups &+= 1
        let tag = UInt32(truncatingIfNeeded: hash >> 32)
        var slot = Int(truncatingIfNeeded: hash) & mask
        while slots[slot].head != 0 {
            if tags[slot] == tag, TextView.equal(slots + slot, place) {
                hits &+= 1
                return slots[slot]
            }
            slot = (slot &+ 1) & mask
        }
        guard count < Self.limit else { return nil }
        let kept = heap.add(TextView.bytes(at: place), count: place.pointee.count)
        slots[slot] = kept
        tags[slot] = tag
        count &+= 1
        if count &* 2 > mask { grow() }
        return kept
    }

    /// Puts kept texts in the place of texts that equal them; those that are not kept are copied to a heap. Slots are asked
    /// for long before their turn, and their texts a little before.
    func replace(_ texts: UnsafeMutablePointer<TextView>, count: Int, elsewhere: ByteHeap) {
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: max(1, count)) { hashes in
            for index in 0..<count {
                let isLookedFor = (TextView.inlineLimit + 1...Self.longest).contains(texts[index].count)
                hashes[index] = isLookedFor ? hash(texts + index) : 0
            }
            for index in 0..<count {
                if index &+ 8 < count, !texts[index &+ 8].isInline { prefetchText(hashes[index &+ 8]) }
                guard !texts[index].isInline else { continue }
                let place = texts + index
                texts[index] =
                    text(place, hash: hashes[index])
                    ?? elsewhere.add(TextView.bytes(at: place), count: place.pointee.count)
            }
        }
    }

    /// Asks for the text that is likely to be compared with one of this hash.
    @inline(__always)
    private func prefetchText(_ hash: UInt64) {
        let view = slots[Int(truncatingIfNeeded: hash) & mask]
        guard let text = UnsafePointer<UInt8>(bitPattern: UInt(view.tail)) else { return }
        millrace_prefetch(text)
        millrace_prefetch(text + 64)
    }

    private func judge() {
        isOpen = hits &* 2 > lookups
        lookups = 0
        hits = 0
        guard !isOpen else { return }
        slots.deallocate()
        tags.deallocate()
        mask = 0
        slots = .allocate(capacity: 1)
        slots.initialize(to: TextView())
        tags = .allocate(capacity: 1)
        tags.initialize(to: 0)
    }

    private func grow() {
        let old = slots
        let size = mask + 1
        mask = size * 2 - 1
        slots = .allocate(capacity: mask + 1)
        slots.initialize(repeating: TextView(), count: mask + 1)
        tags.deallocate()
        tags = .allocate(capacity: mask + 1)
        tags.initialize(repeating: 0, count: mask + 1)
        for index in 0..<size where old[index].head != 0 {
            let hash = TextView.hash(at: old + index, seed: seed)
            var slot = Int(truncatingIfNeeded: hash) & mask
            while slots[slot].head != 0 { slot = (slot &+ 1) & mask }
            slots[slot] = old[index]
            tags[slot] = UInt32(truncatingIfNeeded: hash >> 32)
        }
        old.deallocate()
    }
}

/// Which texts of a column that grows lie in memory of others: in a pool, or in that of state before it.
final class SharedTexts {
    let pool = TextPool(heap: ByteHeap())
    /// 1 where the row's bytes are not the column's own.
    let marks = StateArray<UInt8>(zero: 0)
    /// Keep the bytes alive.
    private(set) var owners: [AnyObject]

    init() { owners = [pool.heap] }

    var byteSize: Int { marks.capacity + pool.byteSize + pool.heap.allocatedBytes }

    func reserve(_ rows: Int) { marks.reserve(rows) }
    @inline(__always) func isShared(_ row: Int) -> Bool { marks.base[row] == 1 }
    @inline(__always) func mark(_ row: Int, _ isShared: Bool) { marks.base[row] = isShared ? 1 : 0 }

    /// Whether all texts of a column lie in memory that stays: they need not be copied.
    func canShare(_ column: Column) -> Bool {
        !column.owners.isEmpty && column.owners.allSatisfy { ($0 as? ByteHeap)?.isLasting == true }
    }

    /// Keeps the owners of another column's texts; returns those that are new.
    func adopt(_ column: Column) -> [AnyObject] {
        var new: [AnyObject] = []
        for owner in column.owners where !owners.contains(where: { $0 === owner }) {
            owners.append(owner)
            new.append(owner)
        }
        return new
    }
}
