import Testing

@testable import StreamSQL

/// Statements: their parts, and what a script does after a mistake.
struct StatementTests {
    private func only(_ text: String) throws -> Statement.Kind {
        let script = try SQLScript.parse(text)
        #expect(script.statements.count == 1)
        return try #require(script.statements.first).kind
    }

    @Test func createTableHasAllItsParts() throws {
        let text = """
            CREATE TEMPORARY TABLE IF NOT EXISTS cat.db.t (
              id INT NOT NULL COMMENT 'the key',
              `time` TIMESTAMP(3) METADATA FROM 'timestamp' VIRTUAL,
              part INT METADATA,
              twice AS id * 2 COMMENT 'computed',
              WATERMARK FOR `time` AS `time` - INTERVAL '5' SECOND,
              CONSTRAINT pk PRIMARY KEY (id) NOT ENFORCED
            ) COMMENT 'a table'
            DISTRIBUTED BY HASH (id) INTO 4 BUCKETS
            PARTITIONED BY (id, twice)
            WITH ('connector' = 'filesystem', 'path' = 'it''s')
            """
        guard case .createTable(let table) = try only(text) else { return #expect(Bool(false)) }
        #expect(table.name.text == "cat.db.t")
        #expect(table.isTemporary && table.ifNotExists && !table.orReplace)
        #expect(table.schema.columns.map(\.name.text) == ["id", "time", "part", "twice"])
        guard case .physical(let type) = table.schema.columns[0].kind,
            case .metadata(_, let key, isVirtual: true) = table.schema.columns[1].kind,
            case .metadata(_, nil, isVirtual: false) = table.schema.columns[2].kind,
            case .computed(let value) = table.schema.columns[3].kind
        else { return #expect(Bool(false)) }
        #expect(!type.isNullable)
        #expect(key?.text == "timestamp")
        #expect(sqlText(of: value) == "id * 2")
        #expect(table.schema.columns.map(\.comment?.text) == ["the key", nil, nil, "computed"])
        #expect(table.schema.watermarks.map { sqlText(of: $0.expression) } == ["`time` - INTERVAL '5' SECOND"])
        #expect(table.schema.constraints.first?.columns.map(\.text) == ["id"])
        #expect(table.schema.constraints.first?.isEnforced == false)
        #expect(table.distribution?.buckets == 4)
        #expect(table.partitionedBy.map(\.text) == ["id", "twice"])
        #expect(table.options.map(\.value.text) == ["filesystem", "it's"])
        #expect(table.schema.columns[1].range.line == 3)
        #expect(table.options[1].value.range.column == 44)
    }

    @Test func createTableLikeAndAs() throws {
        guard
            case .createTable(let like) = try only(
                "CREATE TABLE a WITH ('k' = 'v') LIKE b (EXCLUDING GENERATED OVERWRITING OPTIONS)")
        else { return #expect(Bool(false)) }
        #expect(like.like?.source.text == "b")
        #expect(like.like?.options.map(\.strategy) == [.excluding, .overwriting])
        #expect(like.like?.options.map(\.feature) == [.generated, .options])
        guard case .createTable(let copy) = try only("CREATE OR REPLACE TABLE a (x, y) AS SELECT 1, 2"),
            let query = copy.query
        else { return #expect(Bool(false)) }
        #expect(copy.orReplace)
        #expect(copy.schema.columnNames.map(\.text) == ["x", "y"])
        #expect(sqlText(of: query) == "SELECT 1, 2")
    }

    @Test func viewsFunctionsAndOtherObjects() throws {
        guard
            case .createView(let view) = try only(
                "CREATE TEMPORARY VIEW IF NOT EXISTS v (a) COMMENT 'c' AS SELECT 1")
        else { return #expect(Bool(false)) }
        #expect(view.isTemporary && view.ifNotExists && view.columns.map(\.text) == ["a"])
        guard
            case .createFunction(let function) = try only(
                "CREATE TEMPORARY SYSTEM FUNCTION f AS 'a.B' LANGUAGE JAVA USING JAR 'x.jar', JAR 'y.jar'")
        else { return #expect(Bool(false)) }
        #expect(function.isSystem && function.jars.map(\.text) == ["x.jar", "y.jar"])
        guard case .drop(let drop) = try only("DROP TEMPORARY VIEW IF EXISTS v") else { return #expect(Bool(false)) }
        #expect(drop.object == .view && drop.isTemporary && drop.ifExists)
        guard
            case .createMaterializedTable(let table) = try only(
                "CREATE OR ALTER MATERIALIZED TABLE m FRESHNESS = INTERVAL '3' MINUTE REFRESH_MODE = FULL AS SELECT 1")
        else { return #expect(Bool(false)) }
        #expect(table.orAlter && table.refreshMode == .full)
    }

    @Test func insertTakesColumnsAndPartitions() throws {
        guard case .insert(let insert) = try only("INSERT OVERWRITE t PARTITION (d = '1', h) (a, b) SELECT 1, 2")
        else { return #expect(Bool(false)) }
        #expect(insert.isOverwrite)
        #expect(insert.partitions.map(\.column.text) == ["d", "h"])
        #expect(insert.columns.map(\.text) == ["a", "b"])
        guard case .insert(let bracketed) = try only("INSERT INTO t (SELECT 1) UNION ALL (SELECT 2)")
        else { return #expect(Bool(false)) }
        #expect(bracketed.columns.isEmpty)
    }

    @Test(arguments: [
        "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END;",
        "BEGIN STATEMENT SET; INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END;",
        "EXPLAIN STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT 2; END",
    ])
    func statementSets(text: String) throws {
        var kind = try only(text)
        if case .explain(let explain) = kind { kind = explain.statement.kind }
        guard case .statementSet(let inner) = kind else { return #expect(Bool(false)) }
        #expect(inner.count == 2)
    }

    @Test func sessionStatements() throws {
        let script = try SQLScript.parse(
            """
            SET 'table.local-time-zone' = 'UTC'; SET; RESET 'a'; RESET; USE CATALOG c; USE c.d; USE MODULES a, b;
            SHOW TABLES FROM c.d NOT LIKE 'x%'; SHOW CREATE TABLE t; SHOW FULL MODULES; SHOW SINKS; SHOW COLUMNS IN t ILIKE 'A';
            DESC EXTENDED t; DESCRIBE CATALOG c; DESCRIBE JOB 'id'; DESCRIBE job;
            EXPLAIN CHANGELOG_MODE, PLAN_ADVICE SELECT 1; EXPLAIN PLAN FOR INSERT INTO t SELECT 1;
            """)
        #expect(script.statements.count == 18)
        guard case .set(let key, let value) = script.statements[0].kind else { return #expect(Bool(false)) }
        #expect(key?.text == "table.local-time-zone" && value?.text == "UTC")
        guard case .show(let show) = script.statements[7].kind else { return #expect(Bool(false)) }
        #expect(show.subject == .tables && show.name?.text == "c.d" && show.isNegated && show.pattern?.text == "x%")
        guard case .explain(let explain) = script.statements[16].kind else { return #expect(Bool(false)) }
        #expect(explain.details == [.changelogMode, .planAdvice])
    }

    @Test(arguments: [
        "ALTER TABLE t RENAME TO u", "ALTER TABLE t RENAME a TO b", "ALTER TABLE t SET ('a' = 'b')",
        "ALTER TABLE t RESET ('a', 'b')", "ALTER TABLE t ADD (a INT FIRST, b AS a AFTER a)",
        "ALTER TABLE t ADD c STRING",
        "ALTER TABLE t MODIFY WATERMARK FOR a AS a", "ALTER TABLE t DROP (a, b)", "ALTER TABLE t DROP PRIMARY KEY",
        "ALTER TABLE t DROP WATERMARK", "ALTER TABLE t ADD PARTITION (a = 1)",
        "ALTER TABLE t DROP PARTITION (a = 1), PARTITION (a = 2)", "ALTER TABLE t DROP CONSTRAINT c",
        "ALTER TABLE t ADD DISTRIBUTION BY (a) INTO 2 BUCKETS", "ALTER VIEW v AS SELECT 1", "ALTER VIEW v RENAME TO w",
        "ALTER DATABASE d SET ('a' = 'b')", "ALTER CATALOG c COMMENT 'x'", "ALTER MODEL m RENAME TO n",
        "ALTER FUNCTION IF EXISTS f AS 'x' LANGUAGE PYTHON", "ALTER MATERIALIZED TABLE m SUSPEND",
        "ALTER MATERIALIZED TABLE m SET FRESHNESS = INTERVAL '1' DAY", "CREATE DATABASE IF NOT EXISTS d COMMENT 'c'",
        "CREATE CATALOG c WITH ('type' = 'x')", "CREATE MODEL m INPUT (a INT) OUTPUT (b INT) WITH ('p' = 'q')",
        "DROP DATABASE d CASCADE", "LOAD MODULE m WITH ('a' = 'b')", "UNLOAD MODULE m", "ADD JAR 'x'", "REMOVE JAR 'x'",
        "CALL c.p(1, a => 2)", "TRUNCATE TABLE t", "ANALYZE TABLE t COMPUTE STATISTICS FOR ALL COLUMNS",
        "DELETE FROM t WHERE a = 1", "UPDATE t SET a = 1, b = 2 WHERE c", "STOP JOB 'x' WITH SAVEPOINT WITH DRAIN",
        "COMPILE PLAN 'p' IF NOT EXISTS FOR INSERT INTO t SELECT 1", "EXECUTE PLAN 'p'",
        "EXECUTE INSERT INTO t SELECT 1",
        "TABLE t", "VALUES 1", "(SELECT 1) UNION (SELECT 2)", "SELECT 1;;;",
    ])
    func rareStatementsParse(text: String) throws {
        _ = try only(text)
    }

    @Test func everyStatementReportsItsOwnMistake() {
        let text = """
            SELECT a FROM;
            CREATE TABLE t (id INT, order INT) WITH ('k' = 'v');
            SELECT 'fine';
            SELCT 1;
            EXECUTE STATEMENT SET BEGIN
              INSERT INTO a SELECT FROM b;
              INSERT INTO b SELECT 1;
              INSRT INTO c SELECT 1;
            END;
            SELECT 'open
            """
        #expect { _ = try SQLScript.parse(text, file: "x.sql") } throws: { error in
            let errors = (error as? SQLScriptError)?.errors ?? []
            #expect(errors.map(\.range.line) == [1, 2, 4, 6, 8, 10])
            #expect(errors.map(\.range.column) == [10, 25, 1, 24, 3, 8])
            #expect(errors.map(\.hint).contains("did you mean INSERT?"))
            return true
        }
    }

    @Test(
        arguments: [
            (
                "CREATE TABEL t (a INT)",
                "unexpected 'TABEL', expected TABLE, VIEW, FUNCTION, DATABASE, CATALOG or MODEL", "did you mean TABLE?"
            ),
            (
                "CREATE TABLE t (a INT b INT)", "unexpected 'b', expected ',' or ')'",
                "a comma may be missing before 'b'"
            ),
            (
                "CREATE TABLE t (a INT) WITH (connector = 'x')",
                "unexpected 'connector', expected an option's key in quotes", nil
            ),
            ("CREATE TABLE t (a INT) WHIT ('k' = 'v')", "unexpected 'WHIT'", "did you mean WITH?"),
            ("SET a = b", "unexpected 'a', expected a setting's key in quotes", "write SET 'key' = 'value'"),
            ("INSERT t SELECT 1", "unexpected 't', expected INTO", nil),
            ("SELECT 1 SELECT 2", "unexpected 'SELECT'", "a semicolon may be missing before SELECT"),
            ("EXECUTE CREATE TABLE t (a INT)", "EXECUTE takes an INSERT, a query or a STATEMENT SET", nil),
            ("EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1;", "a statement is missing, expected END", nil),
            (")", "unexpected ')', expected a statement", nil),
        ] as [(String, String, String?)])
    func mistakesAreNamed(text: String, message: String, hint: String?) {
        #expect { _ = try SQLScript.parse(text) } throws: { error in
            let error = (error as? SQLScriptError)?.errors.first
            #expect(error?.message == message)
            if let hint { #expect(error?.hint == hint) }
            return error != nil
        }
    }
}
