/// The characters of "00" to "99" one after the other, kept for the life of a generator.
final class DigitTable {
    let characters: UnsafePointer<UInt8>
    private let storage: UnsafeMutablePointer<UInt8>

    init() {
        storage = .allocate(capacity: 200)
        for value in 0..<100 {
            storage[value * 2] = UInt8(48 + value / 10)
            storage[value * 2 + 1] = UInt8(48 + value % 10)
        }
        characters = UnsafePointer(storage)
    }

    deinit { storage.deallocate() }
}
