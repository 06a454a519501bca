import Columnar
import Diagnostics
import StreamSQL

/// Turns plan expressions into blocks of instructions.
struct ProgramCompiler {
    let zone: TimeZoneRules

    /// A block that computes the expressions from the columns of a batch.
    func block(_ expressions: [PlanExpression]) throws(MillraceError) -> ExpressionBlock {
        var builder = BlockBuilder(compiler: self)
        var results: [Operand] = []
        for expression in expressions { results.append(try builder.operand(expression)) }
        return builder.finish(results)
    }
}

/// The block being built.
struct BlockBuilder {
    let compiler: ProgramCompiler
    private var instructions: [Instruction] = []
    private var registerCount = 0
    private var constants: [Column] = []
    private var blocks: [ExpressionBlock] = []
    private var inputs: Set<Int> = []
    /// Expressions whose value is in an operand already.
    private var known: [PlanExpression: Operand] = [:]

    init(compiler: ProgramCompiler) { self.compiler = compiler }

    func finish(_ results: [Operand]) -> ExpressionBlock {
        ExpressionBlock(
            instructions: instructions, results: results, registerCount: registerCount, constants: constants,
            blocks: blocks, inputs: inputs)
    }

    /// The operand that holds an expression's value, with the instructions for it added.
    mutating func operand(_ expression: PlanExpression) throws(MillraceError) -> Operand {
        if let known = known[expression] { return known }
        let operand = try makeOperand(expression)
        known[expression] = operand
        return operand
    }

    private mutating func makeOperand(_ expression: PlanExpression) throws(MillraceError) -> Operand {
        if case .literal(let value, let type) = expression { return constant(value, type) }
        if case .column(let index, _) = expression {
            inputs.insert(index)
            return .input(index)
        }
        if case .located(let inner, let range) = expression { return try located(inner, range) }
        switch expression {
        case .call(let function, let arguments, let type): return try call(function, arguments, type)
        case .cast(let value, let type, let isTry):
            let kernel = try CastSelection.kernel(
                from: value.type.logical, to: type.logical, isTry: isTry, zone: compiler.zone)
            let operand = try operand(value)
            guard let kernel else { return operand }
            return computed(.kernel(kernel, [operand]), from: [operand], type)
        case .conditional(let branches, let otherwise, let type):
            return try conditional(branches, otherwise: otherwise, type)
        case .column, .literal, .located: return constant(.null, expression.type)
        }
    }

    /// The operand of an expression whose last instruction is told its place.
    private mutating func located(_ expression: PlanExpression, _ range: SourceRange) throws(MillraceError) -> Operand {
        let operand = try operand(expression)
        if case .register(let register) = operand, let last = instructions.indices.last,
            instructions[last].result == register, instructions[last].place == nil
        {
            instructions[last].place = range
        }
        return operand
    }

    private mutating func emit(_ action: Instruction.Action, _ type: DataType) -> Operand {
        instructions.append(Instruction(action: action, type: type, result: registerCount))
        registerCount += 1
        return .register(registerCount - 1)
    }

    private mutating func constant(_ value: LiteralValue, _ type: DataType) -> Operand {
        constants.append(ConstantColumn.make(value, type))
        return .constant(constants.count - 1)
    }

    private mutating func call(
        _ function: ScalarFunction, _ arguments: [PlanExpression], _ type: DataType
    ) throws(MillraceError) -> Operand {
        if function == .and || function == .or, arguments.dropFirst().contains(where: \.canFail) {
            var operands: [LazyOperand] = []
            for argument in arguments { operands.append(try lazyOperand(argument, isAlwaysNeeded: operands.isEmpty)) }
            return emit(.logic(LogicAction(isAnd: function == .and, operands: operands)), type)
        }
        let selection = KernelSelection(function: function, arguments: arguments, type: type, zone: compiler.zone)
        let kernel = try selection.kernel()
        var operands: [Operand] = []
        for argument in arguments {
            if function.drawsValues, case .literal = argument { continue }
            operands.append(try operand(argument))
        }
        guard function.isPure else { return emit(.kernel(kernel, operands), type) }
        return computed(.kernel(kernel, operands), from: operands, type)
    }

    private mutating func conditional(
        _ branches: [ConditionalBranch], otherwise: PlanExpression, _ type: DataType
    ) throws(MillraceError) -> Operand {
        var conditions: [LazyOperand] = []
        for branch in branches {
            conditions.append(try lazyOperand(branch.condition, isAlwaysNeeded: conditions.isEmpty))
        }
        var values: [LazyOperand] = []
        for value in branches.map(\.value) + [otherwise] {
            values.append(try lazyOperand(value, isAlwaysNeeded: false))
        }
        let action = Instruction.Action.conditional(ConditionalAction(conditions: conditions, values: values))
        let operands = (conditions + values).compactMap { if case .ready(let operand) = $0 { operand } else { nil } }
        guard operands.count == conditions.count + values.count else { return emit(action, type) }
        return computed(action, from: operands, type)
    }

    /// A value that can fail is put into a block of its own, to be computed on the rows that need it.
    private mutating func lazyOperand(
        _ expression: PlanExpression, isAlwaysNeeded: Bool
    ) throws(MillraceError) -> LazyOperand {
        if let known = known[expression] { return .ready(known) }
        if isAlwaysNeeded || !expression.canFail { return .ready(try operand(expression)) }
        let block = try compiler.block([expression])
        blocks.append(block)
        inputs.formUnion(block.inputs)
        return .block(blocks.count - 1)
    }

    /// The operand of what an instruction gives: computed here and now where it takes constants only, if it has a value then.
    ///
    /// Its operands were folded before it, so that each part of an expression is computed once, also of one that fails.
    private mutating func computed(_ action: Instruction.Action, from operands: [Operand], _ type: DataType) -> Operand
    {
        let isConstant = operands.allSatisfy { if case .constant = $0 { true } else { false } }
        guard isConstant, !operands.isEmpty else { return emit(action, type) }
        let block = ExpressionBlock(
            instructions: [Instruction(action: action, type: type, result: 0)], results: [.register(0)],
            registerCount: 1, constants: constants, blocks: [], inputs: [])
        guard let column = try? BlockRunner(block, context: nil).run([], rowCount: 1).first else {
            return emit(action, type)
        }
        return constant(ConstantColumn.value(column, 0), type)
    }
}

extension PlanExpression {
    /// True when some row may make the evaluation fail.
    var canFail: Bool {
        switch self {
        case .column, .literal: return false
        case .call(let function, let arguments, let type):
            if arguments.contains(where: \.canFail) { return true }
            if function.isJSONSearch, case .literal(.text(let letters), _) = arguments[2] {
                return letters.dropFirst(function == .jsonQuery ? 1 : 0).contains(UInt8(ascii: "E"))
            }
            if function == .element || function == .mapFromArrays { return true }
            guard function == .divide || function == .modulo else { return false }
            return type.kind == .int64 || type.kind == .int128
        case .cast(let value, let type, let isTry):
            return value.canFail || (!isTry && CastSelection.canFail(from: value.type.logical, to: type.logical))
        case .located(let value, _): return value.canFail
        case .conditional(let branches, let otherwise, _):
            return otherwise.canFail || branches.contains { $0.condition.canFail || $0.value.canFail }
        }
    }
}
