import CPlatform
import Columnar
import StreamSQL

/// IN over constants.
enum MembershipKernels {
    /// Up to so many constants are compared one after the other.
    private static let linearLimit = 6
    /// The same for texts that are all short: two words of each decide.
    private static let shortTextLimit = 24

    /// `values` are the constants behind the first argument.
    static func kernel(_ type: LogicalType, values: [LiteralValue]) -> Kernel {
        let present = values.filter { $0 != .null }
        let hasNull = present.count < values.count
        let fill = fill(type, present)
        return { call in
            let result = call.makeResult()
            fill(call, result.bits)
            if call[0].column.mayHaveNulls {
                for index in 0..<call.wordCount { result.validity[index] = validWord(call[0], index) }
                result.mayHaveNulls = true
            }
            if hasNull {
                // What is in the list is TRUE; of anything else one can't know.
                for index in 0..<call.wordCount { result.validity[index] &= result.bits[index] }
                result.mayHaveNulls = true
            }
            return result
        }
    }

    private typealias Fill = @Sendable (KernelCall, UnsafeMutablePointer<UInt64>) -> Void

    private static func fill(_ type: LogicalType, _ values: [LiteralValue]) -> Fill {
        if values.count > linearLimit {
            if type.kind == .int64 {
                let set = NumberSet(values.compactMap { if case .int64(let number) = $0 { number } else { nil } })
                return { call, bits in
                    let numbers = call[0].column.int64
                    fillBits(bits, rowCount: call.rowCount) { set.contains(numbers[$0]) }
                }
            }
            let areShort = values.allSatisfy {
                if case .text(let bytes) = $0 { bytes.count <= TextView.inlineLimit } else { false }
            }
            if type.kind == .text, !areShort || values.count > shortTextLimit {
                let set = TextSet(values.map { ConstantColumn.make($0, DataType(type)) })
                return { call, bits in
                    let texts = UnsafePointer(call[0].column.text)
                    let argument = call[0]
                    fillBits(bits, rowCount: call.rowCount) { row in
                        validWord(argument, row >> 6) >> UInt64(row & 63) & 1 == 1 && set.contains(texts + row)
                    }
                }
            }
        }
        return linear(type, values)
    }

    private static func linear(_ type: LogicalType, _ values: [LiteralValue]) -> Fill {
        let constants = values.map { KernelArgument(column: ConstantColumn.make($0, DataType(type)), isConstant: true) }
        let compare = ComparisonKernels.fill(.equal, type)
        return { call, bits in
            let words = call.wordCount
            bits.update(repeating: 0, count: words)
            withUnsafeTemporaryAllocation(of: UInt64.self, capacity: max(1, words)) { scratch in
                guard let one = scratch.baseAddress else { return }
                for constant in constants {
                    compare(call, call[0], constant, one)
                    for index in 0..<words { bits[index] |= one[index] }
                }
            }
        }
    }
}

/// A fixed set of numbers: open addressing at a load of at most one half.
private struct NumberSet: Sendable {
    private var slots: [Int64]
    private var isUsed: [Bool]
    private let mask: Int

    init(_ numbers: [Int64]) {
        var size = 16
        while size < numbers.count * 2 { size *= 2 }
        mask = size - 1
        slots = Array(repeating: 0, count: size)
        isUsed = Array(repeating: false, count: size)
        for number in numbers {
            var slot = Self.slot(number) & mask
            while isUsed[slot], slots[slot] != number { slot = (slot + 1) & mask }
            slots[slot] = number
            isUsed[slot] = true
        }
    }

    @inline(__always)
    private static func slot(_ number: Int64) -> Int {
        Int(truncatingIfNeeded: millrace_mix(UInt64(bitPattern: number) ^ 0x9E37_79B9_7F4A_7C15, 0xD6E8_FEB8_6659_FD93))
    }

    @inline(__always)
    func contains(_ number: Int64) -> Bool {
        var slot = Self.slot(number) & mask
        while isUsed[slot] {
            if slots[slot] == number { return true }
            slot = (slot &+ 1) & mask
        }
        return false
    }
}

/// A fixed set of texts, by their hash.
private final class TextSet: Sendable {
    private let texts: [Column]
    private let slots: [Int32]
    private let mask: Int

    init(_ constants: [Column]) {
        var size = 16
        while size < constants.count * 2 { size *= 2 }
        let mask = size - 1
        var slots = Array(repeating: Int32(-1), count: size)
        for (index, constant) in constants.enumerated() {
            var slot = Int(truncatingIfNeeded: TextView.hash(at: constant.text, seed: 0)) & mask
            while slots[slot] >= 0 { slot = (slot + 1) & mask }
            slots[slot] = Int32(index)
        }
        self.slots = slots
        self.mask = mask
        texts = constants
    }

    func contains(_ place: UnsafePointer<TextView>) -> Bool {
        var slot = Int(truncatingIfNeeded: TextView.hash(at: place, seed: 0)) & mask
        while slots[slot] >= 0 {
            if TextView.equal(place, texts[Int(slots[slot])].text) { return true }
            slot = (slot &+ 1) & mask
        }
        return false
    }
}
