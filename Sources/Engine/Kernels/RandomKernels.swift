import Columnar
import Diagnostics
import StreamSQL

/// RAND, RAND_INTEGER and UUID. Each call of a statement draws numbers of its own, each instance of an operator too.
enum RandomKernels {
    /// The generator of a call: with a seed that of Java, without one seeded by the environment.
    private final class Memory {
        var generator: JavaRandom

        init(seed: Int64?, _ context: EvaluationContext?) {
            let bits = seed ?? context.map { Int64(bitPattern: $0.random.next()) } ?? 0
            generator = JavaRandom(seed: bits)
        }
    }

    /// RAND([seed]): from 0 up to below 1.
    static func real(seed: Int64?) -> Kernel {
        { call in
            let memory = call.remembered { Memory(seed: seed, call.context) }
            let result = call.makeResult()
            for row in 0..<call.rowCount { result.float64[row] = memory.generator.nextDouble() }
            return result
        }
    }

    /// RAND_INTEGER([seed,] bound): from 0 up to below the bound; NULL when that is not above 0.
    static func integer(seed: Int64?, bound: Int64?) -> Kernel {
        { call in
            let memory = call.remembered { Memory(seed: seed, call.context) }
            let result = call.makeResult()
            let bounds = call.arguments.isEmpty ? nil : NumberOperand(call[0])
            forEachValid(call, into: result) { row in
                guard let limit = Int32(exactly: bounds?[row] ?? bound ?? 0), limit > 0 else { return false }
                result.int64[row] = Int64(memory.generator.next(below: limit))
                return true
            }
            return result
        }
    }

    private static let hexDigits = Array("0123456789abcdef".utf8)

    /// UUID(): version 4.
    static let unique: Kernel = { call in
        return makeTexts(call) { _, heap in
            let high = (call.context?.random.next() ?? 0) & ~0xF000 | 0x4000
            let low = (call.context?.random.next() ?? 0) & ~(3 << 62) | 2 << 62
            var text: [UInt8] = []
            for (word, breaks) in [(high, [8, 12]), (low, [0, 4])] {
                for digit in 0..<16 {
                    if breaks.contains(digit) { text.append(0x2D) }
                    text.append(hexDigits[Int(word >> UInt64(60 - 4 * digit) & 15)])
                }
            }
            return heap.add(text)
        }
    }
}

/// The linear congruential generator of java.util.Random, so that a seed gives the numbers it gives there.
struct JavaRandom {
    private var state: UInt64

    init(seed: Int64) { state = (UInt64(bitPattern: seed) ^ 0x5_DEEC_E66D) & (1 << 48 - 1) }

    private mutating func next(bits: UInt64) -> Int32 {
        state = (state &* 0x5_DEEC_E66D &+ 0xB) & (1 << 48 - 1)
        return Int32(truncatingIfNeeded: Int64(state) >> (48 - Int64(bits)))
    }

    mutating func nextDouble() -> Double {
        let high = Int64(next(bits: 26)) << 27
        return Double(high &+ Int64(next(bits: 27))) * 0x1p-53
    }

    /// `bound` is above 0.
    mutating func next(below bound: Int32) -> Int32 {
        var bits = next(bits: 31)
        if bound & (bound &- 1) == 0 { return Int32(truncatingIfNeeded: (Int64(bound) &* Int64(bits)) >> 31) }
        var value = bits % bound
        // The last incomplete run of values is drawn again.
        while bits &- value &+ (bound &- 1) < 0 {
            bits = next(bits: 31)
            value = bits % bound
        }
        return value
    }
}
