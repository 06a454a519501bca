import Columnar
import Diagnostics

/// One operand of a kernel: a column of the batch, or one row that stands for all.
struct KernelArgument {
    let column: Column
    let isConstant: Bool

    /// Row numbers are masked with this: all bits, or none for a constant.
    @inline(__always) var rowMask: Int { isConstant ? 0 : -1 }
    /// True when every row is NULL.
    var isNullConstant: Bool { isConstant && !column.isValid(0) }
}

/// What a kernel gets: operands, the number of rows, and a place for the result.
final class KernelCall {
    private(set) var arguments: [KernelArgument] = []
    private(set) var rowCount = 0
    private(set) var type = DataType(.null)
    /// nil while constants are folded.
    private(set) var context: EvaluationContext?
    private var reusable: Column?
    /// What the kernel keeps between batches: caches of the last date, compiled patterns and so on.
    private var memory: AnyObject?

    func prepare(
        _ arguments: [KernelArgument], rowCount: Int, type: DataType, context: EvaluationContext?, reusable: Column?
    ) {
        self.arguments = arguments
        self.rowCount = rowCount
        self.type = type
        self.context = context
        self.reusable = reusable
    }

    /// Lets go of the operands, so that their owners can reuse them.
    func finish() {
        arguments.removeAll(keepingCapacity: true)
        reusable = nil
    }

    subscript(_ index: Int) -> KernelArgument { arguments[index] }

    /// Words of a bitmap over the rows.
    var wordCount: Int { (rowCount + 63) / 64 }

    /// A column for the result, all valid, without owners; its values are unspecified, bits are zero.
    func makeResult() -> Column {
        guard let column = reusable, column.capacity >= rowCount else { return Column(type, capacity: rowCount) }
        reusable = nil
        column.validity.update(repeating: .max, count: wordCount)
        column.mayHaveNulls = false
        column.owners.removeAll()
        if column.kind == .bits { column.bits.update(repeating: 0, count: wordCount) }
        return column
    }

    /// A result that is NULL in all rows.
    func makeNullResult() -> Column {
        let column = makeResult()
        column.validity.update(repeating: 0, count: wordCount)
        column.mayHaveNulls = rowCount > 0
        switch column.kind {
        case .bits: break
        case .int64: column.int64.update(repeating: 0, count: rowCount)
        case .float64: column.float64.update(repeating: 0, count: rowCount)
        case .int128: column.int128.update(repeating: 0, count: rowCount)
        case .text: column.text.update(repeating: TextView(), count: rowCount)
        }
        return column
    }

    /// The kernel's own object of this thread, made at first use.
    func remembered<Memory: AnyObject>(_ make: () -> Memory) -> Memory {
        if let memory = memory as? Memory { return memory }
        let made = make()
        memory = made
        return made
    }
}
