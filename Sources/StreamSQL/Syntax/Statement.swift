/// One statement of a script with its place.
package struct Statement: Sendable, Hashable {
    /// The statements of the dialect; some parse here and are refused by the planner.
    package indirect enum Kind: Sendable, Hashable {
        case query(Query)
        case createTable(CreateTable)
        case createView(CreateView)
        case createFunction(CreateFunction)
        case createDatabase(CreateDatabase)
        case createCatalog(CreateCatalog)
        case createModel(CreateModel)
        case createMaterializedTable(CreateMaterializedTable)
        case alterTable(AlterTable)
        case alterView(AlterView)
        case alterFunction(CreateFunction)
        case alterOptions(AlterOptions)
        case alterMaterializedTable(AlterMaterializedTable)
        case drop(DropStatement)
        case insert(Insert)
        case statementSet([Statement])
        case explain(Explain)
        case show(Show)
        case describe(Describe)
        /// `SET` alone lists the settings.
        case set(key: StringSyntax?, value: StringSyntax?)
        /// `RESET` alone resets all.
        case reset(key: StringSyntax?)
        case use(Use)
        case loadModule(name: Identifier, options: [OptionSyntax])
        case unloadModule(name: Identifier)
        case jar(JarAction, path: StringSyntax)
        case call(FunctionCall)
        case analyzeTable(name: ObjectName)
        case truncateTable(name: ObjectName)
        case delete(table: ObjectName, alias: Identifier?, filter: Expression?)
        case update(Update)
        case stopJob(StopJob)
        case compilePlan(path: StringSyntax, ifNotExists: Bool, Statement)
        case executePlan(path: StringSyntax)
    }

    package var kind: Kind
    package var range: SourceRange
}

/// ADD or REMOVE of JAR.
package enum JarAction: String, Sendable, Hashable {
    case add = "ADD"
    case remove = "REMOVE"
}

/// `INSERT INTO|OVERWRITE t PARTITION (...) (columns) query`.
package struct Insert: Sendable, Hashable {
    /// One `column = value` of PARTITION.
    package struct Partition: Sendable, Hashable {
        package var column: Identifier
        package var value: Expression?
    }

    package var table: ObjectName
    package var hints: [HintSyntax] = []
    package var isOverwrite: Bool
    package var partitions: [Partition] = []
    /// Empty when no list was written: the query's columns then go by position.
    package var columns: [Identifier] = []
    package var query: Query
}

/// `EXPLAIN [details | PLAN FOR | ANALYZE] statement`.
package struct Explain: Sendable, Hashable {
    /// What to show beside the plan.
    package enum Detail: String, Sendable, Hashable, CaseIterable {
        case estimatedCost = "ESTIMATED_COST"
        case changelogMode = "CHANGELOG_MODE"
        case jsonExecutionPlan = "JSON_EXECUTION_PLAN"
        case planAdvice = "PLAN_ADVICE"
    }

    package var details: [Detail]
    package var statement: Statement
    /// `EXPLAIN ANALYZE`: the statement is run, and the plan shown with what it did.
    package var isAnalyzed = false
}

/// `UPDATE t SET c = v WHERE ...`.
package struct Update: Sendable, Hashable {
    /// One `column = value`.
    package struct Assignment: Sendable, Hashable {
        package var column: Identifier
        package var value: Expression
    }

    package var table: ObjectName
    package var alias: Identifier?
    package var assignments: [Assignment]
    package var filter: Expression?
}

/// `STOP JOB 'id' [WITH SAVEPOINT] [WITH DRAIN]`.
package struct StopJob: Sendable, Hashable {
    package var job: StringSyntax
    package var withSavepoint: Bool
    package var withDrain: Bool
}

/// USE of a catalog, a database or modules.
package enum Use: Sendable, Hashable {
    case catalog(Identifier)
    case database(ObjectName)
    case modules([Identifier])
}

/// `SHOW what [FROM|IN scope] [[NOT] LIKE 'pattern']`.
package struct Show: Sendable, Hashable {
    /// What is listed.
    package enum Subject: String, Sendable, Hashable, CaseIterable {
        case catalogs = "CATALOGS"
        case currentCatalog = "CURRENT CATALOG"
        case databases = "DATABASES"
        case currentDatabase = "CURRENT DATABASE"
        case tables = "TABLES"
        case views = "VIEWS"
        case materializedTables = "MATERIALIZED TABLES"
        case functions = "FUNCTIONS"
        case userFunctions = "USER FUNCTIONS"
        case procedures = "PROCEDURES"
        case modules = "MODULES"
        case fullModules = "FULL MODULES"
        case columns = "COLUMNS"
        case createTable = "CREATE TABLE"
        case createView = "CREATE VIEW"
        case createMaterializedTable = "CREATE MATERIALIZED TABLE"
        case createCatalog = "CREATE CATALOG"
        case createDatabase = "CREATE DATABASE"
        case createFunction = "CREATE FUNCTION"
        case createModel = "CREATE MODEL"
        case models = "MODELS"
        case partitions = "PARTITIONS"
        case jars = "JARS"
        case jobs = "JOBS"
        /// Beyond Flink: the sinks of running jobs with their guarantees.
        case sinks = "SINKS"
    }

    package var subject: Subject
    /// The object of SHOW CREATE, COLUMNS or PARTITIONS, or the scope after FROM or IN.
    package var name: ObjectName?
    package var partitions: [Insert.Partition] = []
    package var pattern: StringSyntax?
    package var isCaseInsensitive = false
    package var isNegated = false
}

/// `DESCRIBE [EXTENDED] name` and its other objects.
package struct Describe: Sendable, Hashable {
    /// What kind of object is described.
    package enum Subject: String, Sendable, Hashable {
        case table = "TABLE"
        case catalog = "CATALOG"
        case database = "DATABASE"
        case function = "FUNCTION"
        case model = "MODEL"
        case job = "JOB"
    }

    package var subject: Subject
    /// For a job, its id as the only part.
    package var name: ObjectName
    package var isExtended: Bool
}
