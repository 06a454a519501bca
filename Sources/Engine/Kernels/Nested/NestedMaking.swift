import Columnar

/// The items of an operand.
struct ItemOperand {
    private let column: Column
    private let mask: Int

    init(_ argument: KernelArgument) {
        column = argument.column
        mask = argument.rowMask
    }

    @inline(__always) subscript(_ row: Int) -> NestedItem { column.item(row & mask) }
}

/// A nested value of each row, written by the closure into empty bytes; where it says false the row is NULL.
///
/// NULL operands do not make the result NULL by themselves. Values that are too long become NULL.
@inline(__always)
func makeNested(_ call: KernelCall, _ body: (_ row: Int, _ bytes: inout [UInt8]) -> Bool) -> Column {
    let result = call.makeResult()
    let heap = ByteHeap()
    var bytes: [UInt8] = []
    for row in 0..<call.rowCount {
        bytes.removeAll(keepingCapacity: true)
        if body(row, &bytes), bytes.count <= NestedWriter.longestValue {
            result.text[row] = heap.add(bytes)
        } else {
            result.setNull(row)
        }
    }
    if heap.allocatedBytes > 0 { result.owners.append(heap) }
    return result
}

/// An item of each row taken out of the operands; views into them stay valid.
@inline(__always)
func takeItems(_ call: KernelCall, _ body: (_ row: Int) -> NestedItem) -> Column {
    let result = call.makeResult()
    if result.kind == .text {
        for argument in call.arguments where argument.column.kind == .text { result.adoptOwners(of: argument.column) }
    }
    for row in 0..<call.rowCount { result.set(row, body(row)) }
    return result
}
