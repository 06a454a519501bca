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
        if let folded = folded(expression) { return constant(folded, expression.type) }
        if case .located(let inner, let range) = expression { return try located(inner, range) }
        switch expression {
        case .call(let function, let arguments, let type): return try call(function, arguments, type)
        case .cast(let value, let type, let isTry):
            let kernel = try CastSelection.kernel(
                from: value.type.logical, to: type.logical, isTry: isTry, zone: compiler.zone)
            guard let kernel else { return try operand(value) }
            return emit(.kernel(kernel, [try operand(value)]), type)
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
        return emit(.kernel(kernel, operands), type)
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
        return emit(.conditional(ConditionalAction(conditions: conditions, values: values)), type)
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

    /// The value of an expression that reads nothing, if it has one.
    private func folded(_ expression: PlanExpression) -> LiteralValue? {
        guard expression.isConstant else { return nil }
        var builder = BlockBuilder(compiler: compiler)
        guard let operand = try? builder.unfolded(expression) else { return nil }
        let runner = BlockRunner(builder.finish([operand]), context: nil)
        guard let column = try? runner.run([], rowCount: 1).first else { return nil }
        return ConstantColumn.value(column, 0)
    }

    /// As ``operand(_:)``, for an expression whose arguments are constants.
    private mutating func unfolded(_ expression: PlanExpression) throws(MillraceError) -> Operand {
        switch expression {
        case .located(let value, _): return try unfolded(value)
        case .call(let function, let arguments, let type): return try call(function, arguments, type)
        case .cast(let value, let type, let isTry):
            let kernel = try CastSelection.kernel(
                from: value.type.logical, to: type.logical, isTry: isTry, zone: compiler.zone)
            guard let kernel else { return try operand(value) }
            return emit(.kernel(kernel, [try operand(value)]), type)
        case .conditional(let branches, let otherwise, let type):
            return try conditional(branches, otherwise: otherwise, type)
        case .column, .literal: return try operand(expression)
        }
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

    /// True when the value depends on neither input nor time.
    var isConstant: Bool {
        switch self {
        case .column: false
        case .literal: true
        case .call(let function, let arguments, _):
            function.isPure && !arguments.isEmpty && arguments.allSatisfy(\.isConstant)
        case .cast(let value, _, _), .located(let value, _): value.isConstant
        case .conditional(let branches, let otherwise, _):
            otherwise.isConstant && branches.allSatisfy { $0.condition.isConstant && $0.value.isConstant }
        }
    }
}
