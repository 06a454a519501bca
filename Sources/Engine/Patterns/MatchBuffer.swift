/// The rows that matches under way have taken, as chains that share their beginnings; and how often each row of the
/// store is needed.
final class MatchBuffer {
    /// By node of a chain.
    private let slots = StateArray<Int32>(zero: -1)
    private let variables = StateArray<UInt8>(zero: 0)
    private let parents = StateArray<Int32>(zero: -1)
    private let ordinals = StateArray<Int64>(zero: 0)
    private let nodeUses = StateArray<Int32>(zero: 0)
    private var free: [Int32] = []
    private(set) var count = 0
    /// By slot of the row store.
    private var rowUses = StateArray<Int32>(zero: 0)
    /// Rows that nothing needs any more, since the last time they were taken away.
    private(set) var unused: [Int32] = []

    var liveCount: Int { count - free.count }
    var byteSize: Int { count * 25 + rowUses.capacity * 4 }

    // MARK: rows

    func retainRow(_ slot: Int32) {
        rowUses.reserve(Int(slot) + 1)
        rowUses.base[Int(slot)] &+= 1
    }

    func releaseRow(_ slot: Int32) {
        rowUses.base[Int(slot)] &-= 1
        if rowUses.base[Int(slot)] == 0 { unused.append(slot) }
    }

    func takeUnused() -> [Int32] {
        defer { unused.removeAll(keepingCapacity: true) }
        return unused
    }

    func isUsed(_ slot: Int32) -> Bool { Int(slot) < rowUses.capacity && rowUses.base[Int(slot)] > 0 }

    /// Rows have other slots now; -1 for those that are gone.
    func move(_ moved: [Int32]) {
        let uses = StateArray<Int32>(zero: 0, capacity: max(64, moved.count))
        for slot in moved.indices where moved[slot] >= 0 { uses.base[Int(moved[slot])] = rowUses.base[slot] }
        rowUses = uses
        for node in 0..<count where nodeUses.base[node] > 0 {
            slots.base[node] = moved[Int(slots.base[node])]
        }
    }

    // MARK: chains

    /// A row taken as a variable behind a chain (-1 for a first row). Nobody needs the node yet.
    func add(slot: Int32, variable: Int, parent: Int32, ordinal: Int64) -> Int32 {
        let node = free.popLast() ?? Int32(truncatingIfNeeded: count)
        if Int(node) == count {
            count += 1
            slots.reserve(count)
            variables.reserve(count)
            parents.reserve(count)
            ordinals.reserve(count)
            nodeUses.reserve(count)
        }
        slots.base[Int(node)] = slot
        variables.base[Int(node)] = UInt8(truncatingIfNeeded: variable)
        parents.base[Int(node)] = parent
        ordinals.base[Int(node)] = ordinal
        nodeUses.base[Int(node)] = 0
        retainRow(slot)
        if parent >= 0 { retain(parent) }
        return node
    }

    func retain(_ node: Int32) { nodeUses.base[Int(node)] &+= 1 }

    /// Gives a chain up as far as no other shares it.
    func release(_ node: Int32) {
        var node = node
        while node >= 0 {
            nodeUses.base[Int(node)] &-= 1
            guard nodeUses.base[Int(node)] <= 0 else { return }
            free.append(node)
            releaseRow(slots.base[Int(node)])
            node = parents.base[Int(node)]
        }
    }

    func slot(_ node: Int32) -> Int32 { slots.base[Int(node)] }
    func variable(_ node: Int32) -> Int { Int(variables.base[Int(node)]) }
    func parent(_ node: Int32) -> Int32 { parents.base[Int(node)] }
    /// The number of the row in its partition, in the order in which rows were matched.
    func ordinal(_ node: Int32) -> Int64 { ordinals.base[Int(node)] }

    /// The rows of a chain from the first on, with the variable of each.
    func chain(_ node: Int32, into result: inout MatchChain) {
        result.slots.removeAll(keepingCapacity: true)
        result.variables.removeAll(keepingCapacity: true)
        var node = node
        while node >= 0 {
            result.slots.append(slots.base[Int(node)])
            result.variables.append(variables.base[Int(node)])
            node = parents.base[Int(node)]
        }
        result.slots.reverse()
        result.variables.reverse()
    }
}

/// The rows of one match, in order.
struct MatchChain {
    var slots: [Int32] = []
    var variables: [UInt8] = []

    mutating func append(_ slot: Int32, _ variable: Int) {
        slots.append(slot)
        variables.append(UInt8(truncatingIfNeeded: variable))
    }

    /// The row at an offset from the first or last row of a variable (nil: of all); -1 where there is none.
    func slot(_ variable: Int?, isFirst: Bool, offset: Int) -> Int32 {
        guard let variable else {
            guard offset < slots.count else { return -1 }
            return isFirst ? slots[offset] : slots[slots.count - 1 - offset]
        }
        var left = offset
        let places = isFirst ? stride(from: 0, to: slots.count, by: 1) : stride(from: slots.count - 1, to: -1, by: -1)
        for place in places where Int(variables[place]) == variable {
            if left == 0 { return slots[place] }
            left -= 1
        }
        return -1
    }
}
