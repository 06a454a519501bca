import Columnar
import Diagnostics

/// Plans the statements of one script one after the other, gathering steps and mistakes.
struct ScriptPlanner {
    var session: PlanningSession
    private var steps: [PlanStep] = []
    private(set) var errors: [SQLError] = []
    private var warnings: [SQLError] = []
    private var pending: PendingJob?
    /// Tables and views that could not be made: that they are missing later is no mistake of its own.
    private var failedNames: Set<String>
    /// Where tables got names with blanks around them, by the name without.
    private var blankNames: [String: SourceRange] = [:]

    /// Mistakes after which the rest of a script is not looked at.
    private static let maximumErrors = 50

    /// `failedNames` are those that statements with mistakes of syntax would have made.
    init(
        session: PlanningSession, errors: [SQLError] = [], warnings: [SQLError] = [], failedNames: Set<String> = []
    ) {
        self.session = session
        self.errors = errors
        self.warnings = warnings
        self.failedNames = failedNames
    }

    mutating func run(_ statement: Statement) {
        guard errors.count < Self.maximumErrors else { return }
        let database = session.catalog.currentDatabase
        let failure: SQLError? = StatementContext.$currentDatabase.withValue(database) {
            do throws(SQLError) {
                try plan(statement)
                return nil
            } catch {
                return error
            }
        }
        if let failure {
            note(failure)
            switch statement.kind {
            case .createTable(let create): failedNames.insert(create.name.last)
            case .createView(let create): failedNames.insert(create.name.last)
            default: break
            }
        }
    }

    mutating func finish() throws(SQLScriptError) -> ScriptPlan {
        do throws(SQLError) {
            try flush()
        } catch {
            note(error)
        }
        guard errors.isEmpty else {
            throw SQLScriptError(errors: errors.sorted { $0.range.offset < $1.range.offset })
        }
        return ScriptPlan(
            steps: steps, warnings: warnings, tables: session.tables, timeZone: session.options.timeZone)
    }

    private mutating func note(_ error: SQLError) {
        func isMissing(_ name: String) -> Bool { error.code == .name && error.message.hasSuffix("view '\(name)'") }
        if let (name, range) = blankNames.first(where: { isMissing($0.key) }) {
            // The mistake is where the name was given, and it is one however often the name is used.
            blankNames[name] = nil
            failedNames.insert(name)
            return errors.append(
                SQLError(
                    .name, "the name of this table begins or ends with a blank, and is used without it", at: range,
                    hint: "write `\(name)`"))
        }
        // Ranges are equal to each other wherever they stand: places are compared by their offsets.
        let isKnown = errors.contains { $0.range.offset == error.range.offset && $0.message == error.message }
        if !isKnown, !failedNames.contains(where: isMissing) { errors.append(error) }
    }

    /// Remembers a quoted name with blanks around it, which is rarely meant.
    private mutating func noteBlanks(in name: ObjectName) {
        let blank: Character = " "
        guard let written = name.parts.last, written.text.first == blank || written.text.last == blank else { return }
        let trimmed = String(written.text.drop { $0 == blank }.reversed().drop { $0 == blank }.reversed())
        blankNames[trimmed] = written.range
    }

    private mutating func binder(_ graph: LogicalGraph, readsEmbeddedTables: Bool = false) -> QueryBinder {
        QueryBinder(
            catalog: session.catalog, options: session.options, graph: graph, checker: session.checker,
            readsEmbeddedTables: readsEmbeddedTables)
    }

    /// Turns the waiting INSERTs into a job.
    private mutating func flush() throws(SQLError) {
        guard let job = pending else { return }
        pending = nil
        guard errors.isEmpty, !job.roots.isEmpty else { return }
        steps.append(.job(try job.plan(), description: job.description))
        guard job.isBounded else { return }
        for case .table(let table) in job.roots.map(\.target) where table.connector == nil {
            session.filledTables.insert(table.name)
        }
    }

    // MARK: Statements

    private mutating func plan(_ statement: Statement) throws(SQLError) {
        switch statement.kind {
        case .query(let query): try self.query(query)
        case .insert(let insert): try self.insert(insert, at: statement.range)
        case .statementSet(let statements): try statementSet(statements)
        case .explain(let explain): try self.explain(explain)
        case .createTable(let create): try createTable(create, at: statement.range)
        case .createView(let create): try createView(create)
        case .createDatabase(let create): try session.createDatabase(create)
        case .createCatalog(let create): try session.createCatalog(create)
        case .createFunction(let create):
            if let warning = try session.createFunction(create) { warnings.append(warning) }
        case .alterFunction(let alter): try session.alterFunction(alter)
        case .alterTable(let alter): warnings += try session.alterTable(alter, at: statement.range)
        case .alterView(let alter): try alterView(alter)
        case .alterOptions(let alter): try session.alterOptions(alter, at: statement.range)
        case .drop(let drop): try session.drop(drop)
        case .set(let key, let value): try set(key, value, at: statement.range)
        case .reset(let key): session.options.reset(key?.text)
        case .use(let use): try session.use(use)
        case .show(let show): steps.append(.message(try session.show(show, at: statement.range)))
        case .describe(let describe):
            steps.append(.message(try session.describe(describe, at: statement.range)))
        case .jar, .loadModule, .unloadModule, .analyzeTable: break
        default: throw Self.refused(statement)
        }
    }

    private static func refused(_ statement: Statement) -> SQLError {
        let (what, hint): (String, String?) =
            switch statement.kind {
            case .call:
                (
                    "procedures are not supported",
                    "they belong to catalogs of other systems, of which there are none here"
                )
            case .stopJob: ("STOP JOB is not supported here", "a job of `millrace run` ends with Ctrl-C")
            case .compilePlan, .executePlan:
                ("compiled plans are not supported", "the script itself runs; state is kept by the names of its parts")
            case .delete, .update:
                (
                    "rows can't be changed in place: tables are written by appending records",
                    "in batch mode INSERT OVERWRITE writes the rows that shall stay; a table with a PRIMARY KEY takes newer rows"
                )
            case .truncateTable:
                (
                    "no connector here takes TRUNCATE",
                    "in batch mode INSERT OVERWRITE t SELECT * FROM t WHERE FALSE empties a table of files"
                )
            case .createMaterializedTable, .alterMaterializedTable:
                (
                    "materialized tables are not supported",
                    "a table without a connector and an INSERT INTO it hold a result that is always up to date"
                )
            case .createModel:
                (
                    "models are not supported: there is no provider that would run them",
                    "a program of your own can read a topic, ask a model and write its answers to another"
                )
            default: ("this statement is not supported", nil)
            }
        return SQLError(.unsupported, what, at: statement.range, hint: hint)
    }

    private mutating func alterView(_ alter: AlterView) throws(SQLError) {
        if case .query(let query) = alter.action {
            _ = try bind(query, with: binder(LogicalGraph(), readsEmbeddedTables: true))
        }
        try session.alterView(alter)
    }

    private mutating func query(_ query: Query) throws(SQLError) {
        // Rows that earlier statements write are there before they are asked for.
        try flush()
        let (plan, fields) = try planned(query)
        if errors.isEmpty { steps.append(.query(plan, fields: fields)) }
    }

    private mutating func planned(_ query: Query) throws(SQLError) -> (PhysicalPlan, [Field]) {
        let graph = LogicalGraph()
        let binder = binder(graph, readsEmbeddedTables: true)
        let relation = try bind(query, with: binder)
        let root = LogicalPlan.Root(node: relation.node, target: .collect, fields: relation.fields, range: query.range)
        let logical = LogicalPlan(graph: graph, roots: [root]).rewritten()
        // Result tables are read as they are now, so the query is one over bounded rows.
        let isBatchMode = session.options.isBatchMode || binder.hasReadEmbeddedTable
        var planner = PhysicalPlanner(logical, timeZone: session.options.timeZone, isBatchMode: isBatchMode)
        var plan = try planner.run()
        plan.recovery = session.options.stateRecovery
        return (plan, relation.fields)
    }

    /// Binds a query; all mistakes but the last are noted here.
    private mutating func bind(_ query: Query, with binder: QueryBinder) throws(SQLError) -> Relation {
        do throws(SQLError) {
            let relation = try binder.bind(query)
            note(warnings: binder.warnings)
            return relation
        } catch {
            for other in binder.errors { note(other) }
            throw error
        }
    }

    /// A query that is bound in several ways says the same several times.
    private mutating func note(warnings found: [SQLError]) {
        for warning in found where !warnings.contains(warning) { warnings.append(warning) }
    }

    // MARK: Inserts

    private mutating func insert(_ insert: Insert, at range: SourceRange) throws(SQLError) {
        if let job = pending, !job.accepts(session.options) || job.precedes(insert) { try flush() }
        let waiting = pending
        var job = waiting ?? PendingJob(session.options)
        let ends = job.isBounded
        let binder = try add(insert, to: &job, at: range)
        if ends, binder.readsFilledTables {
            // The table is read as it is when all before is done.
            pending = waiting
            try flush()
            job = PendingJob(session.options)
            job.isBatchMode = true
            _ = try add(insert, to: &job, at: range)
            pending = job
            return try flush()
        }
        if let waiting, ends, waiting.targets.contains(where: binder.lookedUpTables.contains) {
            // What is looked up is there first, where its writing ends.
            try flush()
            job = PendingJob(session.options)
            _ = try add(insert, to: &job, at: range)
        }
        pending = job
        if !session.options.sharesScans { try flush() }
    }

    /// Binds an INSERT into a job; returns what bound it.
    @discardableResult
    private mutating func add(
        _ insert: Insert, to job: inout PendingJob, at range: SourceRange
    ) throws(SQLError) -> QueryBinder {
        let binder = binder(job.graph)
        binder.jobRoots = job.roots
        binder.filledTables = session.filledTables
        guard !job.readTables.contains(insert.table.last) else {
            throw SQLError(
                .semantics, "'\(insert.table.text)' is read by an INSERT before this one, in the same job", at: range,
                hint: "put the INSERTs that fill a table before those that read it")
        }
        do throws(SQLError) {
            let root = try InsertBinder(binder: binder, catalog: session.catalog, checker: session.checker)
                .bind(insert, at: range)
            note(warnings: binder.warnings)
            job.roots.append(root)
            job.targets.append(insert.table.last)
            job.lookedUp.formUnion(binder.lookedUpTables)
            job.readTables.formUnion(binder.readWrittenTables)
            guard !binder.readWrittenTables.contains(insert.table.last) else {
                throw SQLError(
                    .unsupported, "an INSERT that reads the table it writes is not supported", at: range,
                    hint: "read the query that fills it, from a view")
            }
            guard !binder.readsFilledTables || job.isBounded else {
                throw SQLError(
                    .unsupported, "a result table that was filled before can't be read together with an endless table",
                    at: range, hint: "JOIN it FOR SYSTEM_TIME AS OF a column of processing time")
            }
            return binder
        } catch {
            for other in binder.errors { note(other) }
            // Where the target is missing, the query was not looked at yet.
            if error.code == .name, error.message.hasSuffix("view '\(insert.table.text)'") {
                note(error)
                _ = try bind(insert.query, with: self.binder(LogicalGraph()))
            }
            throw error
        }
    }

    private mutating func statementSet(_ statements: [Statement]) throws(SQLError) {
        try flush()
        var job = PendingJob(session.options)
        try addAll(statements, to: &job)
        guard errors.isEmpty, !job.roots.isEmpty else { return }
        steps.append(.job(try job.plan(), description: job.description))
    }

    private mutating func addAll(_ statements: [Statement], to job: inout PendingJob) throws(SQLError) {
        for statement in statements {
            guard case .insert(let insert) = statement.kind else {
                throw SQLError(.semantics, "a STATEMENT SET holds INSERT statements only", at: statement.range)
            }
            do throws(SQLError) {
                try add(insert, to: &job, at: statement.range)
            } catch {
                note(error)
            }
        }
    }

    private mutating func explain(_ explain: Explain) throws(SQLError) {
        let plan: PhysicalPlan
        switch explain.statement.kind {
        case .query(let query): plan = try planned(query).0
        case .insert(let insert):
            var job = PendingJob(session.options)
            try add(insert, to: &job, at: explain.statement.range)
            plan = try job.plan()
        case .statementSet(let statements):
            var job = PendingJob(session.options)
            try addAll(statements, to: &job)
            plan = try job.plan()
        case .createTable(let create) where create.query != nil && !explain.isAnalyzed:
            plan = try filling(create, at: explain.statement.range)
        default:
            throw SQLError(
                .semantics, "EXPLAIN takes a query, an INSERT, a STATEMENT SET or CREATE TABLE AS",
                at: explain.statement.range)
        }
        if explain.isAnalyzed { return try analyze(plan, explain.statement.range) }
        if errors.isEmpty {
            steps.append(.explain(PlanAdvice.text(plan, details: explain.details, options: session.options)))
        }
    }

    /// The job of CREATE TABLE AS; the table is not made.
    private mutating func filling(_ create: CreateTable, at range: SourceRange) throws(SQLError) -> PhysicalPlan {
        let (kept, waiting) = (session, pending)
        defer { (session, pending) = (kept, waiting) }
        pending = nil
        try createTable(create, at: range)
        guard let job = pending else {
            throw SQLError(.name, "the table '\(create.name.text)' exists already", at: create.name.range)
        }
        return try job.plan()
    }

    private mutating func analyze(_ plan: PhysicalPlan, _ range: SourceRange) throws(SQLError) {
        for node in plan.nodes {
            guard case .scan(let scan) = node.operation, !scan.table.isBounded, scan.table.connector != nil else {
                continue
            }
            throw SQLError(
                .semantics, "EXPLAIN ANALYZE runs to the end, and '\(scan.table.name)' has none", at: range,
                hint: "EXPLAIN ANALYZE JOB '…' at a server and its page /jobs show the figures of a job while it runs")
        }
        // Rows that earlier statements write are there before they are read.
        try flush()
        if errors.isEmpty { steps.append(.analyze(plan)) }
    }

    // MARK: Definitions and settings

    private mutating func createTable(_ create: CreateTable, at range: SourceRange) throws(SQLError) {
        if let found = try session.catalog.find(create.name) {
            if create.ifNotExists { return }
            guard create.orReplace, case .table = found else {
                throw SQLError(
                    .name, "the table or view '\(create.name.text)' exists already", at: create.name.range,
                    hint: "DROP it first, or write CREATE TABLE IF NOT EXISTS")
            }
        }
        var create = create
        var selected: Relation?
        if let query = create.query {
            // CREATE TABLE … AS: the query's columns come behind those that were declared.
            selected = try bind(query, with: binder(LogicalGraph()))
            create.schema.columns += try TableBuilder.columns(of: selected?.fields ?? [], create, at: query.range)
        }
        var builder = TableBuilder(catalog: session.catalog, checker: session.checker)
        let definition = builder.build(create)
        for warning in builder.warnings { warnings.append(warning) }
        noteBlanks(in: create.name)
        guard var definition, builder.errors.isEmpty else {
            if let definition { try session.catalog.put(.table(definition), create.name) }
            let last = builder.errors.last
            for error in builder.errors.dropLast() { note(error) }
            throw last ?? SQLError(.semantics, "the table can't be made", at: range)
        }
        definition.identity = session.catalog.nextIdentity()
        try session.catalog.put(.table(definition), create.name)
        if let query = create.query {
            // By name: columns that were declared beside those of the query get NULL.
            let columns = (selected?.fields ?? []).map { Identifier($0.name, range: query.range) }
            try insert(Insert(table: create.name, isOverwrite: false, columns: columns, query: query), at: range)
        }
    }

    private mutating func createView(_ create: CreateView) throws(SQLError) {
        if try session.catalog.find(create.name) != nil, !create.orReplace {
            if create.ifNotExists { return }
            throw SQLError(
                .name, "the table or view '\(create.name.text)' exists already", at: create.name.range,
                hint: "DROP it first, or write CREATE VIEW IF NOT EXISTS")
        }
        let view = ViewDefinition(
            name: create.name.text, columns: create.columns, query: create.query, isTemporary: create.isTemporary,
            comment: create.comment?.text)
        // The view is bound now for its mistakes, and again where it is used.
        // A view over result tables is fine as such: whether it can be read is seen where it is used.
        let binder = binder(LogicalGraph(), readsEmbeddedTables: true)
        let relation = try bind(create.query, with: binder)
        _ = try binder.renamed(relation, create.columns, of: create.name.text, at: create.name.range)
        try session.catalog.put(.view(view), create.name)
    }

    private func checkTimeZone(_ value: StringSyntax) throws(SQLError) {
        do throws(MillraceError) {
            _ = try TimeZoneRules.named(value.text)
        } catch {
            throw SQLError(.option, error.message, at: value.range, hint: error.hint)
        }
    }

    private mutating func set(_ key: StringSyntax?, _ value: StringSyntax?, at range: SourceRange) throws(SQLError) {
        guard let key else {
            let rows = session.options.values.sorted { $0.key < $1.key }.map { [$0.key, $0.value] }
            steps.append(.message(StatementResult(columns: ["key", "value"], rows: rows)))
            return
        }
        guard let value else {
            let rows = session.options.values[key.text].map { [[key.text, $0]] } ?? []
            steps.append(.message(StatementResult(columns: ["key", "value"], rows: rows)))
            return
        }
        if SessionOptions.durations.contains(key.text), SessionOptions.duration(value.text) == nil {
            throw SQLError(
                .option, "'\(value.text)' is not a duration", at: value.range,
                hint: "for example '200 ms', '5 s', '1 d'")
        }
        if key.text == SessionOptions.distinctBucketsKey, SessionOptions.buckets(value.text) == nil {
            throw SQLError(
                .option, "'\(value.text)' is no number of buckets", at: value.range, hint: "a number from 1 to 1048576")
        }
        if let words = SessionOptions.choices[key.text],
            !words.contains(where: { Lexer.uppercased($0.utf8) == Lexer.uppercased(value.text.utf8) })
        {
            throw SQLError(
                .option, "'\(value.text)' is no value of '\(key.text)'", at: value.range,
                hint: "its values are \(words.joined(separator: ", "))")
        }
        if key.text == SessionOptions.timeZoneKey, value.text != "default" { try checkTimeZone(value) }
        if key.text == SessionOptions.legacyCastKey, Lexer.uppercased(value.text.utf8) == "ENABLED" {
            warnings.append(
                SQLError(
                    .unsupported, "'\(key.text)' has no effect: a CAST that fails ends the job", at: key.range,
                    hint: "TRY_CAST gives NULL for what does not fit"))
        }
        guard session.options.set(key.text, value.text) else {
            throw SQLError(.limit, "a session can have \(SessionOptions.maximumKeys) settings", at: key.range)
        }
        if !SessionOptions.known.contains(key.text), let near = nearestName(to: key.text, in: SessionOptions.known) {
            warnings.append(
                SQLError(
                    .option, "'\(key.text)' is no setting of Millrace", at: key.range, hint: "did you mean '\(near)'?"))
        }
    }
}
