/// Things to be looked at when time has come, the earliest first: a binary heap of (time, number) pairs.
///
/// An entry can't be taken out; its owner tells an outdated one apart when it comes up.
struct TimerHeap {
    private var entries: [(time: Int64, number: Int32)] = []

    var count: Int { entries.count }
    /// The earliest time; nil when nothing waits.
    var first: Int64? { entries.first?.time }

    mutating func removeAll() { entries.removeAll(keepingCapacity: true) }

    /// Gives each entry another number, or takes it out where that is negative.
    mutating func renumber(_ transform: (Int32) -> Int32) {
        let old = entries
        entries.removeAll(keepingCapacity: true)
        for entry in old {
            let number = transform(entry.number)
            if number >= 0 { push(entry.time, number) }
        }
    }

    mutating func push(_ time: Int64, _ number: Int32) {
        entries.append((time, number))
        var child = entries.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard Self.isBefore(entries[child], entries[parent]) else { return }
            entries.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes out the earliest entry when its time is not after `time`.
    mutating func pop(upTo time: Int64) -> (time: Int64, number: Int32)? {
        guard let top = entries.first, top.time <= time else { return nil }
        let last = entries.removeLast()
        guard !entries.isEmpty else { return top }
        entries[0] = last
        var parent = 0
        while true {
            var least = parent
            let left = parent * 2 + 1
            if left < entries.count, Self.isBefore(entries[left], entries[least]) { least = left }
            if left + 1 < entries.count, Self.isBefore(entries[left + 1], entries[least]) { least = left + 1 }
            guard least != parent else { return top }
            entries.swapAt(parent, least)
            parent = least
        }
    }

    /// Equal times come up in the order of their numbers, so that a run can be repeated.
    private static func isBefore(_ a: (time: Int64, number: Int32), _ b: (time: Int64, number: Int32)) -> Bool {
        a.time != b.time ? a.time < b.time : a.number < b.number
    }
}
