import Columnar
package import Diagnostics
package import StreamSQL

/// Expressions over one input, compiled to instructions over column registers. Immutable, used by many threads.
package struct ExpressionProgram: Sendable {
    let block: ExpressionBlock

    /// Compiles expressions; equal parts are computed once.
    package static func compile(
        _ expressions: [PlanExpression], timeZone: String
    ) throws(MillraceError) -> ExpressionProgram {
        let compiler = ProgramCompiler(zone: try TimeZoneRules.named(timeZone))
        return ExpressionProgram(block: try compiler.block(expressions))
    }
}

/// Where an operand comes from.
enum Operand: Sendable, Hashable {
    case input(Int)
    case register(Int)
    /// A column of one row that stands for every row.
    case constant(Int)
}

/// Computes one result column for one batch.
typealias Kernel = @Sendable (KernelCall) throws(EvaluationError) -> Column

/// One step of a block.
struct Instruction: Sendable {
    enum Action: Sendable {
        case kernel(Kernel, [Operand])
        case conditional(ConditionalAction)
        /// AND (or OR) whose operands can fail: each is evaluated only on rows that the ones before left open.
        case logic(LogicAction)
    }

    var action: Action
    var type: DataType
    /// The register that takes the result.
    var result: Int
    /// Where the expression stands in the script, for errors.
    var place: SourceRange?
}

/// CASE: conditions in turn, and the values of the branches.
struct ConditionalAction: Sendable {
    var conditions: [LazyOperand]
    /// One more than conditions: the last is ELSE.
    var values: [LazyOperand]
}

/// AND or OR over operands of which some can fail.
struct LogicAction: Sendable {
    var isAnd: Bool
    var operands: [LazyOperand]
}

/// A value that is there already, or one that is computed for the rows that need it.
enum LazyOperand: Sendable {
    case ready(Operand)
    /// An index into ``ExpressionBlock/blocks``.
    case block(Int)
}

/// A straight run of instructions with its results.
final class ExpressionBlock: Sendable {
    let instructions: [Instruction]
    let results: [Operand]
    let registerCount: Int
    let constants: [Column]
    let blocks: [ExpressionBlock]
    /// The input columns that this block and the blocks within read.
    let inputs: Set<Int>

    init(
        instructions: [Instruction], results: [Operand], registerCount: Int, constants: [Column],
        blocks: [ExpressionBlock], inputs: Set<Int>
    ) {
        self.instructions = instructions
        self.results = results
        self.registerCount = registerCount
        self.constants = constants
        self.blocks = blocks
        self.inputs = inputs
    }
}
