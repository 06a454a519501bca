import Columnar
import StreamSQL

/// Comparison of texts, bytewise.
enum TextComparison {
    static func fill(_ function: ScalarFunction) -> ComparisonKernels.WordFill {
        switch function {
        case .equal: { call, left, right, bits in equal(call, left, right, bits, flip: 0) }
        case .notEqual: { call, left, right, bits in equal(call, left, right, bits, flip: .max) }
        case .less: { call, left, right, bits in order(call, left, right, bits) { $0 < 0 } }
        case .lessOrEqual: { call, left, right, bits in order(call, left, right, bits) { $0 <= 0 } }
        case .greater: { call, left, right, bits in order(call, left, right, bits) { $0 > 0 } }
        default: { call, left, right, bits in order(call, left, right, bits) { $0 >= 0 } }
        }
    }

    private static func equal(
        _ call: KernelCall, _ left: KernelArgument, _ right: KernelArgument, _ bits: UnsafeMutablePointer<UInt64>,
        flip: UInt64
    ) {
        if right.isConstant {
            equal(left.column, to: right.column.text, call.rowCount, bits)
        } else if left.isConstant {
            equal(right.column, to: left.column.text, call.rowCount, bits)
        } else {
            let first = UnsafePointer(left.column.text)
            let second = UnsafePointer(right.column.text)
            fillValid(call, left, right, bits) { TextView.equal(first + $0, second + $0) }
        }
        if flip != 0 { for index in 0..<call.wordCount { bits[index] = ~bits[index] } }
    }

    /// Equality with one text: two words of each row decide, unless both texts are long.
    static func equal(
        _ column: Column, to constant: UnsafePointer<TextView>, _ rowCount: Int, _ bits: UnsafeMutablePointer<UInt64>
    ) {
        let values = UnsafePointer(column.text)
        let head = constant.pointee.head
        let tail = constant.pointee.tail
        if constant.pointee.isInline {
            fillBits(bits, rowCount: rowCount) { (values[$0].head ^ head) | (values[$0].tail ^ tail) == 0 }
            return
        }
        let validity: UnsafeMutablePointer<UInt64>? = column.mayHaveNulls ? column.validity : nil
        fillBits(bits, rowCount: rowCount) { row in
            if values[row].head != head { return false }
            if let validity, validity[row >> 6] >> UInt64(row & 63) & 1 == 0 { return false }
            return TextView.equal(values + row, constant)
        }
    }

    @inline(__always)
    private static func order(
        _ call: KernelCall, _ left: KernelArgument, _ right: KernelArgument, _ bits: UnsafeMutablePointer<UInt64>,
        _ test: (Int) -> Bool
    ) {
        let first = UnsafePointer(left.column.text)
        let second = UnsafePointer(right.column.text)
        let firstMask = left.rowMask
        let secondMask = right.rowMask
        fillValid(call, left, right, bits) {
            test(TextView.compare(first + ($0 & firstMask), second + ($0 & secondMask)))
        }
    }

    /// Tests only rows where both texts are there: the views under NULLs may point anywhere.
    @inline(__always)
    private static func fillValid(
        _ call: KernelCall, _ left: KernelArgument, _ right: KernelArgument, _ bits: UnsafeMutablePointer<UInt64>,
        _ test: (Int) -> Bool
    ) {
        if !left.column.mayHaveNulls && !right.column.mayHaveNulls {
            fillBits(bits, rowCount: call.rowCount, test)
            return
        }
        fillBits(bits, rowCount: call.rowCount) { row in
            let valid = validWord(left, row >> 6) & validWord(right, row >> 6)
            return valid >> UInt64(row & 63) & 1 == 1 && test(row)
        }
    }
}
