/// Work planned for later, one bucket per millisecond of event time.
///
/// Planning and taking are O(1): a ring of buckets, each a linked list inside one pool of entries that is reused.
/// Entries of one millisecond come out in the order they were planned.
struct CalendarQueue: ~Copyable {
    /// What is planned: an order, when it was created, and which of its lines to treat how.
    struct Entry {
        var order: UInt64
        var created: Int64
        /// What to do, as the owner of the queue encodes it.
        var task: UInt32
        fileprivate var next: Int32 = CalendarQueue.none

        init(order: UInt64, created: Int64, task: UInt32) {
            self.order = order
            self.created = created
            self.task = task
        }
    }

    /// The first and last entry of one millisecond.
    private struct Bucket {
        var head: Int32 = CalendarQueue.none
        var tail: Int32 = CalendarQueue.none
    }

    /// The farthest an entry may lie ahead: 524 s, more than the longest stage of an order.
    static let horizon: Int64 = 1 << 19
    private static let none: Int32 = -1

    private let limit: Int
    private let buckets: UnsafeMutablePointer<Bucket>
    private var entries: UnsafeMutablePointer<Entry>
    private var capacity = 1 << 12
    private var used = 0
    private var freed = CalendarQueue.none
    private(set) var count = 0

    /// A queue of at most `limit` waiting entries.
    init(limit: Int) {
        self.limit = min(limit, Int(Int32.max))
        buckets = .allocate(capacity: Int(CalendarQueue.horizon))
        buckets.initialize(repeating: Bucket(), count: Int(CalendarQueue.horizon))
        entries = .allocate(capacity: capacity)
    }

    deinit {
        buckets.deallocate()
        entries.deallocate()
    }

    /// Plans an entry for a moment later than the last one taken from; false if the queue is full or the moment
    /// lies beyond the horizon of `now`.
    @inline(__always)
    mutating func plan(_ entry: Entry, at moment: Int64, now: Int64) -> Bool {
        guard moment > now, moment &- now < CalendarQueue.horizon else { return false }
        let slot: Int32
        if freed != CalendarQueue.none {
            slot = freed
            freed = entries[Int(slot)].next
        } else {
            guard used < limit else { return false }
            if used == capacity { grow() }
            slot = Int32(truncatingIfNeeded: used)
            used &+= 1
        }
        entries[Int(slot)] = entry
        let bucket = buckets + Int(moment & (CalendarQueue.horizon &- 1))
        if bucket.pointee.tail == CalendarQueue.none {
            bucket.pointee.head = slot
        } else {
            entries[Int(bucket.pointee.tail)].next = slot
        }
        bucket.pointee.tail = slot
        count &+= 1
        return true
    }

    /// Takes the next entry planned for a moment, nil when none is left.
    @inline(__always)
    mutating func take(at moment: Int64) -> Entry? {
        let bucket = buckets + Int(moment & (CalendarQueue.horizon &- 1))
        let slot = bucket.pointee.head
        guard slot != CalendarQueue.none else { return nil }
        let entry = entries[Int(slot)]
        bucket.pointee.head = entry.next
        if entry.next == CalendarQueue.none { bucket.pointee.tail = CalendarQueue.none }
        entries[Int(slot)].next = freed
        freed = slot
        count &-= 1
        return entry
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<Entry>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: entries, count: used)
        entries.deallocate()
        entries = larger
        capacity *= 2
    }
}
