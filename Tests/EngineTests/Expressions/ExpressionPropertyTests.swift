import Columnar
import Diagnostics
import Engine
import Glibc
import StreamSQL
import Testing

/// The engine against a plain evaluator, on random expressions and rows.
struct ExpressionPropertyTests {
    /// Rows and their columns; NULLs at a rate in percent.
    private func input(_ random: inout RandomExpressions, rowCount: Int, nullPercent: Int) -> ([[LiteralValue]], Batch)
    {
        let rows = (0..<rowCount).map { _ in
            random.inputs.map { random.value($0.logical, nullPercent: nullPercent) }
        }
        let columns = random.inputs.enumerated().map { index, type in
            ExpressionHarness.column(type, rows.map { $0[index] })
        }
        return (rows, Batch(columns: columns, rowCount: rowCount))
    }

    private func same(_ left: LiteralValue, _ right: LiteralValue) -> Bool {
        if case .float64(let x) = left, case .float64(let y) = right { return x == y || (x.isNaN && y.isNaN) }
        return left == right
    }

    private func check(
        _ expression: PlanExpression, _ rows: [[LiteralValue]], _ batch: Batch, _ seed: UInt64, _ zone: NaiveZone
    ) throws {
        let expected = rows.map { row in
            Result { () throws(NaiveFailure) in try NaiveEvaluator.value(expression, row, zone) }
        }
        let failing = Set(expected.indices.filter { if case .failure = expected[$0] { true } else { false } })
        let evaluator = try ExpressionHarness.evaluator([expression], zone: zone.name)
        // Twice, for registers are used again.
        for _ in 0..<2 {
            do throws(EvaluationError) {
                let column = try evaluator.evaluate(batch)[0]
                guard failing.isEmpty else {
                    Issue.record("seed \(seed): \(expression) should fail")
                    return
                }
                let actual = ExpressionHarness.values(column, batch.rowCount)
                for (row, value) in actual.enumerated() {
                    guard case .success(let wanted) = expected[row], !same(value, wanted) else { continue }
                    Issue.record(
                        "seed \(seed) row \(row) \(rows[row]): \(value) instead of \(wanted) from \(expression)")
                    return
                }
            } catch {
                #expect(failing.contains(error.row), "seed \(seed): \(error) in row \(error.row) of \(expression)")
            }
        }
    }

    @Test(arguments: [0, 1, 63, 64, 65, 200])
    func agreesWithPlainEvaluation(rowCount: Int) throws {
        for round in UInt64(0)..<70 {
            let seed = round &* 1_000 &+ UInt64(rowCount)
            var random = RandomExpressions(seed: seed, isRich: round % 7 == 1)
            let (rows, batch) = input(&random, rowCount: rowCount, nullPercent: [0, 15, 100][Int(round) % 3])
            try checkRandom(&random, depth: 4, rows, batch, seed)
        }
    }

    /// Many expressions over few rows: 20,000, or as many as `MILLRACE_EXPRESSIONS` says from `MILLRACE_SEED` on.
    @Test(arguments: 0..<8)
    func agreesOnManyExpressions(part: Int) throws {
        let wanted = Self.number("MILLRACE_EXPRESSIONS") ?? 20_000
        let first = UInt64(Self.number("MILLRACE_SEED") ?? 5_000_000) &+ UInt64(part)
        for index in 0..<UInt64(wanted / 8) {
            let seed = first &+ index &* 8
            var random = RandomExpressions(seed: seed, isRich: seed / 16 % 4 == 1)
            let (rows, batch) = input(&random, rowCount: 2, nullPercent: Int(index % 2) * 15)
            try checkRandom(&random, depth: 3, rows, batch, seed)
        }
    }

    private static func number(_ variable: String) -> Int? { getenv(variable).flatMap { Int(String(cString: $0)) } }

    private func checkRandom(
        _ random: inout RandomExpressions, depth: Int, _ rows: [[LiteralValue]], _ batch: Batch, _ seed: UInt64
    ) throws {
        let type = random.anyType()
        let zone = random.isRich ? NaiveZone.allCases[random.number(NaiveZone.allCases.count)] : .utc
        do {
            try check(random.expression(type, depth: depth), rows, batch, seed, zone)
        } catch let error as MillraceError {
            Issue.record("seed \(seed): \(error)")
        }
    }

    @Test(arguments: [0, 1, 63, 64, 65, 4_096])
    func selectsWhatIsTrue(rowCount: Int) throws {
        for round in UInt64(0)..<30 {
            var random = RandomExpressions(seed: 77 &+ round &* 31 &+ UInt64(rowCount))
            let (rows, batch) = input(&random, rowCount: rowCount, nullPercent: Int(round) % 3 * 10)
            let condition = PlanExpression.call(
                .less,
                [
                    .column(0, RandomExpressions.types[0]),
                    .literal(.int64(Int64(random.number(100))), DataType(.integer)),
                ],
                DataType(.boolean))
            var selected = [Int32](repeating: -1, count: rowCount + 1)
            let evaluator = try ExpressionHarness.evaluator([condition])
            let count = try evaluator.select(batch, into: &selected)
            let wanted = rows.indices.filter { (try? NaiveEvaluator.value(condition, rows[$0])) == .boolean(true) }
            #expect(selected.prefix(count).map { Int($0) } == wanted)
            #expect(selected[rowCount] == -1)
        }
    }

    @Test func resultsOutliveTheirBatch() throws {
        // A result that somebody keeps is not written over by the next batch.
        let type = DataType(.string)
        let upper = PlanExpression.call(.upper, [.column(0, type)], type)
        let evaluator = try ExpressionHarness.evaluator([upper])
        func batch(_ text: String) -> Batch {
            Batch(
                columns: [ExpressionHarness.column(type, Array(repeating: .text(Array(text.utf8)), count: 100))],
                rowCount: 100)
        }
        let first = try evaluator.evaluate(batch("the first text of some length"))[0]
        let second = try evaluator.evaluate(batch("the second"))[0]
        #expect(first.string(99) == "THE FIRST TEXT OF SOME LENGTH")
        #expect(second.string(99) == "THE SECOND")
    }

    @Test func guardsKeepFailingRowsAway() throws {
        let integer = DataType(.integer)
        let boolean = DataType(.boolean)
        let x = PlanExpression.column(0, integer)
        let zero = PlanExpression.literal(.int64(0), integer)
        let division = PlanExpression.call(.divide, [.literal(.int64(10), integer), x], integer)
        let isNotZero = PlanExpression.call(.notEqual, [x, zero], boolean)
        let isLarge = PlanExpression.call(.greater, [division, .literal(.int64(2), integer)], boolean)
        let column = ExpressionHarness.column(integer, [.int64(0), .int64(3), .null, .int64(20), .int64(0)])
        let guarded = PlanExpression.call(.and, [isNotZero, isLarge], boolean)
        #expect(
            try ExpressionHarness.evaluate(guarded, [column], rowCount: 5) == [
                .boolean(false), .boolean(true), .null, .boolean(false), .boolean(false),
            ])
        let choice = PlanExpression.conditional(
            [ConditionalBranch(condition: isNotZero, value: division)], otherwise: zero, integer)
        #expect(
            try ExpressionHarness.evaluate(choice, [column], rowCount: 5) == [
                .int64(0), .int64(3), .int64(0), .int64(0), .int64(0),
            ])
        let wrong = PlanExpression.call(.or, [isNotZero, isLarge], boolean)
        let error = #expect(throws: EvaluationError.self) {
            try ExpressionHarness.evaluate(wrong, [column], rowCount: 5)
        }
        #expect(error?.row == 0)
        #expect(error?.message == "division by zero: 10 by 0")
    }
}
