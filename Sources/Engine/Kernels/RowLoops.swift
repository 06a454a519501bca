import Columnar

// The loops that most kernels are made of. The closure is inlined into each of them, so that simple ones vectorise.

/// The validity of 64 rows of an operand.
@inline(__always)
func validWord(_ argument: KernelArgument, _ index: Int) -> UInt64 {
    if !argument.column.mayHaveNulls { return .max }
    return argument.isConstant ? 0 &- (argument.column.validity[0] & 1) : argument.column.validity[index]
}

/// The values of 64 rows of a BOOLEAN operand.
@inline(__always)
func bitWord(_ argument: KernelArgument, _ index: Int) -> UInt64 {
    argument.isConstant ? 0 &- (argument.column.bits[0] & 1) : argument.column.bits[index]
}

/// Makes the result NULL where any operand is.
func propagateNulls(_ call: KernelCall, into result: Column) {
    for argument in call.arguments where argument.column.mayHaveNulls {
        let words = call.wordCount
        if !argument.isConstant {
            let source = argument.column.validity
            for index in 0..<words { result.validity[index] &= source[index] }
            result.mayHaveNulls = true
        } else if !argument.column.isValid(0) {
            result.validity.update(repeating: 0, count: words)
            result.mayHaveNulls = true
        }
    }
}

/// One value from one value; NULL in, NULL out.
@inline(__always)
func mapUnary<Source, Target>(
    _ call: KernelCall, _ source: (Column) -> UnsafeMutablePointer<Source>,
    _ target: (Column) -> UnsafeMutablePointer<Target>, _ body: (Source) -> Target
) -> Column {
    let result = call.makeResult()
    let input = source(call[0].column)
    let output = target(result)
    for row in 0..<call.rowCount { output[row] = body(input[row]) }
    propagateNulls(call, into: result)
    return result
}

/// One value from two values of a kind; NULL in, NULL out.
@inline(__always)
func mapBinary<Source, Target>(
    _ call: KernelCall, _ source: (Column) -> UnsafeMutablePointer<Source>,
    _ target: (Column) -> UnsafeMutablePointer<Target>, _ body: (Source, Source) -> Target
) -> Column {
    let result = call.makeResult()
    let left = source(call[0].column)
    let right = source(call[1].column)
    let output = target(result)
    let rowCount = call.rowCount
    if call[1].isConstant {
        let constant = right[0]
        for row in 0..<rowCount { output[row] = body(left[row], constant) }
    } else if call[0].isConstant {
        let constant = left[0]
        for row in 0..<rowCount { output[row] = body(constant, right[row]) }
    } else {
        for row in 0..<rowCount { output[row] = body(left[row], right[row]) }
    }
    propagateNulls(call, into: result)
    return result
}

/// Calls the closure for each row where no operand is NULL; where it says false, the result becomes NULL.
@inline(__always)
func forEachValid(_ call: KernelCall, into result: Column, _ body: (Int) -> Bool) {
    propagateNulls(call, into: result)
    let rowCount = call.rowCount
    let validity = result.validity
    let isDense = !result.mayHaveNulls
    for row in 0..<rowCount {
        let isValid = isDense || validity[row >> 6] >> UInt64(row & 63) & 1 == 1
        if !isValid || !body(row) { result.setNull(row) }
    }
}

/// Bits from a test of each row, 64 rows a word.
@inline(__always)
func fillBits(_ bits: UnsafeMutablePointer<UInt64>, rowCount: Int, _ test: (Int) -> Bool) {
    let whole = rowCount >> 6
    for index in 0..<whole {
        var word: UInt64 = 0
        let base = index &* 64
        for bit in 0..<64 {
            word |= UInt64(unsafeBitCast(test(base &+ bit), to: UInt8.self)) &<< UInt64(bit)
        }
        bits[index] = word
    }
    let rest = rowCount & 63
    guard rest > 0 else { return }
    var word: UInt64 = 0
    for bit in 0..<rest {
        word |= UInt64(unsafeBitCast(test(whole &* 64 &+ bit), to: UInt8.self)) &<< UInt64(bit)
    }
    bits[whole] = word
}

/// Bits from a comparison of two operands of a kind.
@inline(__always)
func compareValues<Value>(
    _ call: KernelCall, _ left: KernelArgument, _ right: KernelArgument,
    _ values: (Column) -> UnsafeMutablePointer<Value>, into bits: UnsafeMutablePointer<UInt64>,
    _ test: (Value, Value) -> Bool
) {
    let first = values(left.column)
    let second = values(right.column)
    if right.isConstant {
        let constant = second[0]
        fillBits(bits, rowCount: call.rowCount) { test(first[$0], constant) }
    } else if left.isConstant {
        let constant = first[0]
        fillBits(bits, rowCount: call.rowCount) { test(constant, second[$0]) }
    } else {
        fillBits(bits, rowCount: call.rowCount) { test(first[$0], second[$0]) }
    }
}
