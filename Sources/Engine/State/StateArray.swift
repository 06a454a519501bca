/// A dense array of plain values by group number, zero where nothing was written.
final class StateArray<Element: BitwiseCopyable> {
    private(set) var base: UnsafeMutablePointer<Element>
    private(set) var capacity: Int
    private let zero: Element

    init(zero: Element, capacity: Int = 64) {
        self.zero = zero
        self.capacity = capacity
        base = .allocate(capacity: capacity)
        base.initialize(repeating: zero, count: capacity)
    }

    deinit { base.deallocate() }

    /// Room for `count` elements; new ones are zero.
    func reserve(_ count: Int) {
        guard count > capacity else { return }
        let size = max(count, capacity * 2)
        let larger = UnsafeMutablePointer<Element>.allocate(capacity: size)
        larger.update(from: base, count: capacity)
        (larger + capacity).initialize(repeating: zero, count: size - capacity)
        base.deallocate()
        base = larger
        capacity = size
    }

    func reset() { base.update(repeating: zero, count: capacity) }
}
