import Testing

@testable import StreamSQL

/// Expressions and types: what they parse to, shown by their text, and that the text parses to an equal tree.
struct ExpressionTests {
    @Test(arguments: expressionCases.indices)
    func expressionsPrintAndReadBack(index: Int) throws {
        let (input, printed) = expressionCases[index]
        let tree = try parseExpression(input)
        let text = sqlText(of: tree)
        #expect(text == printed ?? input)
        #expect(try parseExpression(text) == tree)
    }

    @Test(arguments: typeCases.indices)
    func typesPrintAndReadBack(index: Int) throws {
        let (input, printed) = typeCases[index]
        let tree = try parseType(input)
        #expect(sqlText(of: tree) == printed ?? input)
        #expect(try parseType(sqlText(of: tree)) == tree)
    }

    @Test func equalityIgnoresPlaces() throws {
        let near = try parseExpression("a + b")
        let far = try parseExpression("  a\n + b")
        #expect(near == far)
        #expect(near.hashValue == far.hashValue)
        #expect(far.range.line == 1 && far.range.column == 3 && far.range.length == 6)
        #expect(try parseExpression("a") != parseExpression("A"))
    }

    @Test func longChainsOfAndStayFlat() throws {
        let text = (0..<5_000).map { "a = \($0)" }.joined(separator: " AND ")
        guard case .and(let operands) = try parseExpression(text).kind else {
            Issue.record("no chain")
            return
        }
        #expect(operands.count == 5_000)
    }

    @Test func structureFollowsTheBindingPowers() throws {
        guard case .test(let value, .null, isNegated: false) = try parseExpression("a = b IS NULL").kind,
            case .binary(.equal, _, _) = value.kind
        else {
            Issue.record("IS NULL must take the whole comparison")
            return
        }
        guard case .binary(.multiply, let left, _) = try parseExpression("a || b * c").kind,
            case .binary(.concatenate, _, _) = left.kind
        else {
            Issue.record("|| binds like *")
            return
        }
    }

    @Test(arguments: [
        ("", "a statement is missing, expected an expression"),
        ("a +", "the statement ends too early after '+', expected an expression"),
        ("a != b", "'!=' is not part of the language"),
        ("(a", "the statement ends too early after 'a', expected ')'"),
        ("a b", "unexpected 'b'"),
        ("order + 1", "'order' is a reserved word and cannot be an expression"),
        ("CASE END", "unexpected 'END', expected an expression"),
        ("CASE a END", "unexpected 'END', expected WHEN"),
        ("CAST(a INT)", "unexpected 'INT', expected AS"),
        ("MAP['a']", "MAP needs a value for every key, but it has 1 expressions"),
        ("X'0'", "a binary constant needs an even number of digits, this one has 1"),
        ("X'zz'", "'z' is not a hexadecimal digit"),
        ("U&'\\12'", "this text has a wrong Unicode escape"),
        ("INTERVAL '1' FORTNIGHT", "unexpected 'FORTNIGHT', expected a unit such as SECOND, MINUTE or DAY"),
        ("a NOT b", "unexpected 'b', expected IN, BETWEEN, LIKE or SIMILAR TO"),
        ("a IS b", "unexpected 'b', expected NULL, TRUE, FALSE, UNKNOWN, JSON or DISTINCT FROM"),
        ("COUNT(a", "the statement ends too early after 'a', expected ')'"),
        ("*", "unexpected '*'"),
        ("a BETWEEN 1", "the statement ends too early after '1', expected AND"),
        ("DECIMAL(1)", "'DECIMAL' is a reserved word and cannot be an expression"),
    ])
    func mistakesAreNamed(input: String, message: String) {
        #expect { _ = try parseExpression(input) } throws: { error in
            #expect((error as? SQLError)?.message == message)
            return (error as? SQLError)?.code == .syntax
        }
    }
}
