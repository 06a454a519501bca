import Columnar
import StreamSQL

/// `=`, `<` and their like, into bitmaps.
enum ComparisonKernels {
    typealias WordFill = @Sendable (KernelCall, KernelArgument, KernelArgument, UnsafeMutablePointer<UInt64>) -> Void

    static func kernel(_ function: ScalarFunction, _ type: LogicalType) -> Kernel {
        let fill = fill(function, type)
        return { call in
            let result = call.makeResult()
            fill(call, call[0], call[1], result.bits)
            propagateNulls(call, into: result)
            return result
        }
    }

    /// IS [NOT] DISTINCT FROM: never NULL.
    static func distinctKernel(isNegated: Bool, _ type: LogicalType) -> Kernel {
        let fill = fill(.equal, type)
        let flip: UInt64 = isNegated ? 0 : .max
        return { call in
            let result = call.makeResult()
            fill(call, call[0], call[1], result.bits)
            for index in 0..<call.wordCount {
                let left = validWord(call[0], index)
                let right = validWord(call[1], index)
                result.bits[index] = ((result.bits[index] & left & right) | ~(left | right)) ^ flip
            }
            return result
        }
    }

    /// The loop that fills the bits of a comparison; bits of NULL rows are unspecified.
    static func fill(_ function: ScalarFunction, _ type: LogicalType) -> WordFill {
        switch type.kind {
        case .int64: numbers(function) { $0.int64 }
        case .float64: numbers(function) { $0.float64 }
        case .int128: numbers(function) { $0.int128 }
        case .bits: booleans(function)
        case .text: TextComparison.fill(function)
        }
    }

    @inline(__always)
    private static func numbers<Value: Comparable & SendableMetatype>(
        _ function: ScalarFunction, _ values: @escaping @Sendable (Column) -> UnsafeMutablePointer<Value>
    ) -> WordFill {
        switch function {
        case .equal: { call, left, right, bits in compareValues(call, left, right, values, into: bits) { $0 == $1 } }
        case .notEqual: { call, left, right, bits in compareValues(call, left, right, values, into: bits) { $0 != $1 } }
        case .less: { call, left, right, bits in compareValues(call, left, right, values, into: bits) { $0 < $1 } }
        case .lessOrEqual:
            { call, left, right, bits in compareValues(call, left, right, values, into: bits) { $0 <= $1 } }
        case .greater: { call, left, right, bits in compareValues(call, left, right, values, into: bits) { $0 > $1 } }
        default: { call, left, right, bits in compareValues(call, left, right, values, into: bits) { $0 >= $1 } }
        }
    }

    private static func booleans(_ function: ScalarFunction) -> WordFill {
        let combine: @Sendable (UInt64, UInt64) -> UInt64 =
            switch function {
            case .equal: { ~($0 ^ $1) }
            case .notEqual: { $0 ^ $1 }
            case .less: { ~$0 & $1 }
            case .lessOrEqual: { ~$0 | $1 }
            case .greater: { $0 & ~$1 }
            default: { $0 | ~$1 }
            }
        return { call, left, right, bits in
            for index in 0..<call.wordCount { bits[index] = combine(bitWord(left, index), bitWord(right, index)) }
        }
    }
}
