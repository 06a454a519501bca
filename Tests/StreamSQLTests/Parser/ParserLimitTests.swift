import Testing

@testable import StreamSQL

/// Input that is too large or too deep, and input that is broken at random: an error, never a trap.
struct ParserLimitTests {
    private func errors(_ text: String, _ limits: SyntaxLimits = SyntaxLimits()) -> [SQLError] {
        do throws(SQLScriptError) {
            _ = try SQLScript.parse(text, limits: limits)
            return []
        } catch {
            return error.errors
        }
    }

    private func repeated(_ part: String, _ count: Int) -> String { String(repeating: part, count: count) }

    @Test func deepTextIsRefused() {
        let deep: [String] = [
            "SELECT " + repeated("(", 100_000),
            "SELECT " + repeated("- ", 100_000) + "1",
            "SELECT " + repeated("NOT ", 100_000) + "a",
            "SELECT a" + repeated(" + a", 100_000),
            "SELECT a" + repeated("[1]", 100_000),
            "SELECT a[1]" + repeated(".b", 100_000),
            "SELECT " + repeated("(a + ", 100) + "a" + repeated(" + a)", 100) + repeated(" + a", 150),
            "SELECT " + repeated("f(", 50_000),
            "SELECT " + repeated("CASE WHEN ", 50_000),
            "SELECT * FROM " + repeated("(", 100_000),
            "SELECT * FROM " + repeated("(SELECT * FROM ", 30_000),
            "SELECT * FROM a" + repeated(" JOIN a", 100_000),
            "SELECT * FROM a" + repeated(", a", 100_000),
            repeated("(", 100_000) + "SELECT 1",
            "SELECT 1" + repeated(" UNION SELECT 1", 50_000),
            "SELECT a FROM t GROUP BY " + repeated("CUBE (", 50_000),
            "SELECT CAST(a AS " + repeated("ARRAY<", 50_000),
            "SELECT CAST(a AS INT" + repeated(" ARRAY", 50_000) + ")",
            "SELECT * FROM t MATCH_RECOGNIZE (PATTERN (" + repeated("(", 100_000),
            repeated("EXPLAIN ", 100_000) + "SELECT 1",
            repeated("EXECUTE STATEMENT SET BEGIN ", 30_000),
            repeated("COMPILE PLAN 'p' FOR ", 30_000),
        ]
        for text in deep {
            let found = errors(text)
            #expect(!found.isEmpty && found.count <= 51, "\(text.prefix(40))")
            #expect(found.last?.code == .limit || text.hasPrefix("EXECUTE"), "\(text.prefix(40))")
        }
    }

    @Test func textAndNodesAreLimited() {
        #expect(errors("SELECT '" + repeated("x", 1 << 20) + "'").first?.code == .limit)
        var limits = SyntaxLimits()
        limits.nodes = 100
        #expect(errors("SELECT " + repeated("a, ", 200) + "a", limits).first?.code == .limit)
        #expect(errors("SELECT " + repeated("a, ", 50) + "a", limits).isEmpty)
        limits.errors = 3
        #expect(errors(repeated("SELCT 1;", 50), limits).count == 3)
    }

    @Test func depthJustBelowTheLimitParses() throws {
        let tree = try parseExpression(repeated("(", 190) + "a" + repeated(")", 190))
        #expect(sqlText(of: tree) == "a")
        let sum = try parseExpression("a" + repeated(" + a", 190))
        #expect(try parseExpression(sqlText(of: sum)) == sum)
    }

    /// Cuts, repeats, swaps and damages tokens of real statements; each result must give a script or an error.
    @Test func brokenScriptsNeverTrap() {
        var random = SplitMix(state: 20_260_801)
        let corpus =
            QueryTests.cases.map(\.input) + expressionCases.map { "SELECT \($0.input) FROM t" } + Self.statements
        let parts = corpus.map { text in Self.split(text) }
        var accepted = 0
        var failed = 0
        for _ in 0..<Self.mutations {
            var tokens = parts[Int(random.next() % UInt64(parts.count))]
            for _ in 0...(random.next() % 3) { Self.damage(&tokens, parts, &random) }
            let text = String(decoding: Array(tokens.joined()), as: UTF8.self)
            do throws(SQLScriptError) {
                let script = try SQLScript.parse(text)
                accepted += 1
                for statement in script.statements { Self.expectReadsBack(statement, text) }
            } catch {
                failed += 1
                let shown = error.render(file: "f", text: text)
                #expect(shown.hasPrefix("f:"))
                #expect(!error.errors.isEmpty)
            }
        }
        #expect(accepted > Self.mutations / 50)
        #expect(failed > Self.mutations / 2)
    }

    private static let mutations = 10_000

    /// What was accepted must print as text that gives the same tree.
    private static func expectReadsBack(_ statement: Statement, _ text: String) {
        guard case .query(let query) = statement.kind else { return }
        let printed = sqlText(of: query)
        let again = try? parseQuery(printed)
        #expect(again == query, "\(text)\n\(printed)")
    }

    private static let statements = [
        "CREATE TABLE t (id INT, ts AS PROCTIME(), WATERMARK FOR ts AS ts, PRIMARY KEY (id) NOT ENFORCED) WITH ('a' = 'b')",
        "CREATE TABLE a (x ROW<p MAP<STRING, INT>, q DECIMAL(3, 1)> NOT NULL) LIKE b (INCLUDING ALL EXCLUDING OPTIONS)",
        "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b (x) VALUES (2); END;",
        "INSERT INTO t PARTITION (d = 'x') (a, b) SELECT /*+ H('k' = 'v') */ U&'\\4e2d', X'00' FROM t; SET 'a' = 'b';",
        "ALTER TABLE t ADD (a INT FIRST); SHOW TABLES LIKE 'x'; DESCRIBE t; EXPLAIN PLAN FOR SELECT 1; /* c */ -- d\n",
    ]

    /// Words, blanks and single symbols.
    private static func split(_ text: String) -> [[UInt8]] {
        var parts: [[UInt8]] = []
        for byte in text.utf8 {
            if Lexer.isNamePart(byte), let last = parts.last?.last, Lexer.isNamePart(last) {
                parts[parts.count - 1].append(byte)
            } else {
                parts.append([byte])
            }
        }
        return parts
    }

    private static func damage(_ tokens: inout [[UInt8]], _ corpus: [[[UInt8]]], _ random: inout SplitMix) {
        guard !tokens.isEmpty else { return }
        let place = Int(random.next() % UInt64(tokens.count))
        switch random.next() % 6 {
        case 0: tokens.remove(at: place)
        case 1: tokens.insert(tokens[place], at: place)
        case 2: tokens.swapAt(place, Int(random.next() % UInt64(tokens.count)))
        case 3: tokens = Array(tokens.prefix(place))
        case 4:
            let other = corpus[Int(random.next() % UInt64(corpus.count))]
            tokens[place] = other[Int(random.next() % UInt64(other.count))]
        default:
            tokens[place] = [UInt8(truncatingIfNeeded: random.next()), UInt8(truncatingIfNeeded: random.next())]
        }
    }
}

/// A small generator with a fixed seed, so that a failure repeats.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
