import ConnectorContract

/// A dense array of plain values by group number, zero where nothing was written.
final class StateArray<Element: BitwiseCopyable> {
    private(set) var base: UnsafeMutablePointer<Element>
    /// Elements that may be read and written. There is memory for more of them: it grows by doubling, and what is not
    /// needed yet is not touched, so that the system does not have to provide it.
    private(set) var capacity: Int
    private var room: Int
    private let zero: Element
    /// Elements that become usable at once, at least.
    private static var step: Int { 4_096 }

    init(zero: Element, capacity: Int = 64) {
        self.zero = zero
        self.capacity = capacity
        room = capacity
        base = .allocate(capacity: capacity)
        base.initialize(repeating: zero, count: capacity)
    }

    deinit { base.deallocate() }

    /// Room for `count` elements; new ones are zero.
    @inline(__always)
    func reserve(_ count: Int) {
        if count > capacity { extend(to: count) }
    }

    @inline(never)
    private func extend(to count: Int) {
        if count > room {
            room = max(count, room * 2)
            let larger = UnsafeMutablePointer<Element>.allocate(capacity: room)
            larger.update(from: base, count: capacity)
            base.deallocate()
            base = larger
        }
        let end = min(room, (count / Self.step + 1) * Self.step)
        (base + capacity).initialize(repeating: zero, count: end - capacity)
        capacity = end
    }

    /// Keeps the listed elements alone, in the order of the list, and gives back the memory of the others.
    func compact(keeping list: [Int32]) {
        room = max(64, list.count)
        let smaller = UnsafeMutablePointer<Element>.allocate(capacity: room)
        for (place, number) in list.enumerated() { smaller[place] = base[Int(number)] }
        (smaller + list.count).initialize(repeating: zero, count: room - list.count)
        base.deallocate()
        base = smaller
        capacity = room
    }

    func reset() { base.update(repeating: zero, count: capacity) }
}

// Back from what ``StateColumns`` wrote, for many groups at once; the values of the group -1 are passed over.
extension StateArray {
    func readRaw(_ groups: [Int32], from reader: inout ByteReader) throws(DamagedBytesError) {
        let size = MemoryLayout<Element>.size
        let bytes = try reader.readRaw(groups.count * size)
        for (row, group) in groups.enumerated() where group >= 0 {
            base[Int(group)] = bytes.loadUnaligned(fromByteOffset: row &* size, as: Element.self)
        }
    }
}

extension StateArray<Int64> {
    func readNumbers(_ groups: [Int32], from reader: inout ByteReader) throws(DamagedBytesError) {
        let outcome = withUnsafeTemporaryAllocation(of: Int64.self, capacity: max(1, groups.count)) { scratch in
            Result { () throws(DamagedBytesError) in
                guard let numbers = scratch.baseAddress else { return }
                try StateColumns.read(&reader, count: groups.count, into: numbers)
                for (row, group) in groups.enumerated() where group >= 0 { base[Int(group)] = numbers[row] }
            }
        }
        try outcome.get()
    }
}
