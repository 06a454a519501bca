import Columnar

/// Runs a block for batch after batch on one thread.
final class BlockRunner {
    private let block: ExpressionBlock
    private var registers: [Column?]
    private let calls: [KernelCall]
    private let inner: [BlockRunner]
    var context: EvaluationContext? {
        didSet { for runner in inner { runner.context = context } }
    }

    init(_ block: ExpressionBlock, context: EvaluationContext?) {
        self.block = block
        self.context = context
        registers = Array(repeating: nil, count: block.registerCount)
        calls = block.instructions.map { _ in KernelCall() }
        inner = block.blocks.map { BlockRunner($0, context: context) }
    }

    /// One column for each result; constants are spread over the rows.
    func run(_ inputs: [Column], rowCount: Int) throws(EvaluationError) -> [Column] {
        try execute(inputs, rowCount: rowCount)
        return block.results.map { operand in
            let argument = argument(operand, inputs)
            return argument.isConstant ? ConstantColumn.spread(argument.column, rowCount: rowCount) : argument.column
        }
    }

    /// The first result without spreading constants.
    func runFirst(_ inputs: [Column], rowCount: Int) throws(EvaluationError) -> KernelArgument {
        try execute(inputs, rowCount: rowCount)
        return argument(block.results[0], inputs)
    }

    private func argument(_ operand: Operand, _ inputs: [Column]) -> KernelArgument {
        switch operand {
        case .input(let index): KernelArgument(column: inputs[index], isConstant: false)
        case .constant(let index): KernelArgument(column: block.constants[index], isConstant: true)
        case .register(let index):
            if let column = registers[index] {
                KernelArgument(column: column, isConstant: false)
            } else {
                preconditionFailure("a register is read before it is written")
            }
        }
    }

    private func execute(_ inputs: [Column], rowCount: Int) throws(EvaluationError) {
        for (index, instruction) in block.instructions.enumerated() {
            switch instruction.action {
            case .kernel(let kernel, let operands):
                do throws(EvaluationError) {
                    registers[instruction.result] = try run(
                        kernel, operands, instruction, calls[index], inputs, rowCount)
                } catch {
                    throw error.at(instruction.place)
                }
            case .conditional(let action):
                registers[instruction.result] = try conditional(action, instruction.type, inputs, rowCount)
            case .logic(let action):
                registers[instruction.result] = try logic(action, instruction.type, inputs, rowCount)
            }
        }
    }

    private func run(
        _ kernel: Kernel, _ operands: [Operand], _ instruction: Instruction, _ call: KernelCall, _ inputs: [Column],
        _ rowCount: Int
    ) throws(EvaluationError) -> Column {
        // The column of the batch before is written over when nobody kept it.
        var reusable: Column?
        swap(&reusable, &registers[instruction.result])
        if !isKnownUniquelyReferenced(&reusable) { reusable = nil }
        let arguments = operands.map { argument($0, inputs) }
        call.prepare(arguments, rowCount: rowCount, type: instruction.type, context: context, reusable: reusable)
        reusable = nil
        defer { call.finish() }
        // A call without any column is computed once and spread.
        if !arguments.isEmpty, arguments.allSatisfy(\.isConstant), rowCount > 0 {
            call.prepare(arguments, rowCount: 1, type: instruction.type, context: context, reusable: nil)
            return ConstantColumn.spread(try kernel(call), rowCount: rowCount)
        }
        return try kernel(call)
    }

    // MARK: Values for some of the rows

    /// The value of an operand on the rows `rows`, densely.
    private func value(
        _ operand: LazyOperand, rows: UnsafePointer<Int32>, count: Int, of rowCount: Int, _ inputs: [Column]
    ) throws(EvaluationError) -> KernelArgument {
        switch operand {
        case .ready(let operand):
            let argument = argument(operand, inputs)
            if argument.isConstant || count == rowCount { return argument }
            return KernelArgument(column: gather(argument.column, rows: rows, count: count), isConstant: false)
        case .block(let index):
            if count == rowCount { return try inner[index].runFirst(inputs, rowCount: rowCount) }
            let wanted = block.blocks[index].inputs
            let dense = inputs.enumerated().map { wanted.contains($0) ? gather($1, rows: rows, count: count) : $1 }
            do throws(EvaluationError) {
                return try inner[index].runFirst(dense, rowCount: count)
            } catch {
                throw EvaluationError(row: Int(rows[error.row]), error.message, hint: error.hint).at(error.place)
            }
        }
    }

    private func conditional(
        _ action: ConditionalAction, _ type: DataType, _ inputs: [Column], _ rowCount: Int
    ) throws(EvaluationError) -> Column {
        let result = Column(type, capacity: rowCount)
        var open = RowList(all: rowCount)
        for (index, condition) in action.conditions.enumerated() where open.count > 0 {
            let test = try value(condition, rows: open.rows, count: open.count, of: rowCount, inputs)
            let chosen = open.takeTrue(test)
            try store(action.values[index], chosen, into: result, inputs, rowCount)
        }
        if let otherwise = action.values.last { try store(otherwise, open, into: result, inputs, rowCount) }
        return result
    }

    private func store(
        _ operand: LazyOperand, _ list: borrowing RowList, into result: Column, _ inputs: [Column], _ rowCount: Int
    ) throws(EvaluationError) {
        guard list.count > 0 else { return }
        if case .ready(let operand) = operand {
            let argument = argument(operand, inputs)
            scatter(argument, rows: list.rows, count: list.count, isDense: false, into: result)
            return
        }
        let argument = try value(operand, rows: list.rows, count: list.count, of: rowCount, inputs)
        scatter(argument, rows: list.rows, count: list.count, isDense: true, into: result)
    }

    private func logic(
        _ action: LogicAction, _ type: DataType, _ inputs: [Column], _ rowCount: Int
    ) throws(EvaluationError) -> Column {
        // Starts as TRUE for AND and FALSE for OR; rows leave the open list when an operand decides them.
        let result = Column(type, capacity: rowCount)
        let words = (rowCount + 63) / 64
        result.bits.update(repeating: action.isAnd ? .max : 0, count: words)
        var open = RowList(all: rowCount)
        for operand in action.operands where open.count > 0 {
            let argument = try value(operand, rows: open.rows, count: open.count, of: rowCount, inputs)
            open.decide(argument, isAnd: action.isAnd, into: result)
        }
        return result
    }
}
