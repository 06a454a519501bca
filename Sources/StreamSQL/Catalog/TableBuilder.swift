import Columnar

/// Makes a table out of CREATE TABLE, checking columns, keys, watermark and options; gathers all mistakes.
struct TableBuilder {
    let catalog: Catalog
    let checker: OptionChecker
    private(set) var errors: [SQLError] = []
    private(set) var warnings: [SQLError] = []

    private var physical: [Field] = []
    private var metadata: [TableDefinition.Metadata] = []
    private var columns: [TableDefinition.Column] = []

    /// Columns of one table.
    private static let maximumColumns = 1_024

    init(catalog: Catalog, checker: OptionChecker) {
        self.catalog = catalog
        self.checker = checker
    }

    /// The columns that CREATE TABLE … AS takes from its query.
    static func columns(
        of fields: [Field], _ create: CreateTable, at range: SourceRange
    ) throws(SQLError) -> [ColumnSyntax] {
        let declared = Set(create.schema.columns.map(\.name.text))
        var result: [ColumnSyntax] = []
        for field in fields where !declared.contains(field.name) {
            guard let type = TypeSyntax(field.type, at: range) else {
                throw SQLError(
                    .unsupported, "a column of type \(field.type.logical) can't be taken over", at: range,
                    hint: "CAST it to the type that the column shall have")
            }
            result.append(ColumnSyntax(name: Identifier(field.name, range: range), kind: .physical(type), range: range))
        }
        return result
    }

    mutating func build(_ written: CreateTable) -> TableDefinition? {
        var create = written
        do throws(SQLError) {
            let legacy = LegacyOptions.translate(create.options)
            create.options = legacy.options
            if let warning = legacy.warning { warnings.append(warning) }
            let (schema, base) = try TableMerge(catalog: catalog).merged(&create)
            let checked = checker.check(create.options, base: base, table: create.name)
            errors += checked.errors
            var harmless = checked.errors.count
            let connector = checked.options["connector"]
            if schema.columns.isEmpty {
                errors.append(SQLError(.semantics, "a table needs columns", at: create.name.range))
            }
            if schema.columns.count > Self.maximumColumns {
                throw SQLError(
                    .limit, "a table can have \(Self.maximumColumns) columns", at: create.name.range)
            }
            declare(schema.columns, connector.flatMap { checker.connectors[$0] }, checked.options)
            let beforeKey = errors.count
            let primaryKey = self.primaryKey(schema)
            harmless += errors.count - beforeKey
            if connector == "upsert-kafka", primaryKey.isEmpty {
                harmless += 1
                errors.append(
                    SQLError(
                        .semantics, "a table of 'upsert-kafka' needs a PRIMARY KEY: it is the key of its records",
                        at: create.name.range, hint: "add PRIMARY KEY (…) NOT ENFORCED"))
            }
            compute(schema.columns)
            let watermark = self.watermark(schema)
            checkPartitions(create.partitionedBy)
            // With wrong options or a wrong key the table still has columns, and what reads it can be checked for its own mistakes.
            guard errors.count == harmless else { return nil }
            let place = try catalog.resolve(create.name)
            var table = CatalogTable(
                name: catalog.displayName(place), physicalFields: physical, primaryKey: primaryKey,
                connector: connector, options: checked.options, isBounded: checker.isBounded(checked.options),
                changelog: checker.changelog(checked.options))
            table.note(create.options)
            table.partitionKeys = create.partitionedBy.compactMap { name in
                physical.firstIndex { $0.name == name.text }
            }
            return TableDefinition(
                table: table, identity: 0, columns: columns, metadata: metadata, watermark: watermark, schema: schema,
                isTemporary: create.isTemporary, comment: create.comment?.text, distribution: create.distribution,
                partitionedBy: create.partitionedBy)
        } catch {
            errors.append(error)
            return nil
        }
    }

    private mutating func checkPartitions(_ names: [Identifier]) {
        for name in names where !physical.contains(where: { $0.name == name.text }) {
            errors.append(
                SQLError(
                    .name, "the partition column '\(name.text)' is not a column that holds data", at: name.range,
                    hint: nearestName(to: name.text, in: physical.map(\.name)).map { "did you mean \($0)?" }))
        }
    }

    // MARK: Columns

    /// Takes up all columns; computed ones get their expressions later, when the others are known.
    private mutating func declare(
        _ schema: [ColumnSyntax], _ connector: ConnectorDescription?, _ options: [String: String]
    ) {
        let known = connector?.metadata(with: options) ?? []
        var seen: Set<String> = []
        for column in schema {
            let name = column.name.text
            if !seen.insert(name).inserted {
                errors.append(SQLError(.name, "the column '\(name)' is declared twice", at: column.name.range))
                continue
            }
            do throws(SQLError) {
                switch column.kind {
                case .physical(let syntax):
                    let type = try TypeResolution.resolve(syntax)
                    columns.append(.init(name: name, type: type, kind: .physical(physical.count)))
                    physical.append(Field(name, type))
                case .metadata(let syntax, let key, let isVirtual):
                    let type = try TypeResolution.resolve(syntax)
                    let key = key?.text ?? name
                    if let connector { try checkMetadata(key, type, column, connector, known) }
                    columns.append(.init(name: name, type: type, kind: .metadata(metadata.count)))
                    let delivered = known.first { $0.name == key }?.type.logical ?? type.logical
                    metadata.append(
                        .init(key: key, field: Field(name, type), delivered: delivered, isVirtual: isVirtual))
                case .computed:
                    columns.append(
                        .init(name: name, type: DataType(.null), kind: .computed(.literal(.null, DataType(.null)))))
                }
            } catch {
                errors.append(error)
            }
        }
    }

    private func checkMetadata(
        _ key: String, _ type: DataType, _ column: ColumnSyntax, _ connector: ConnectorDescription, _ known: [Field]
    ) throws(SQLError) {
        guard let field = known.first(where: { $0.name == key }) else {
            let names = known.map(\.name)
            throw SQLError(
                .name, "the connector '\(connector.identifier)' has no metadata '\(key)'", at: column.range,
                hint: nearestName(to: key, in: names).map { "did you mean '\($0)'?" }
                    ?? (names.isEmpty ? nil : "it has " + names.joined(separator: ", ")))
        }
        guard CastRules.canCast(field.type.logical, to: type.logical) else {
            throw SQLError(
                .type, "the metadata '\(key)' is \(field.type.logical), which can't be cast to \(type.logical)",
                at: column.range)
        }
    }

    private mutating func compute(_ schema: [ColumnSyntax]) {
        let base = (physical + metadata.map(\.field)).map { RelationColumn(name: $0.name, type: $0.type) }
        let scope = Scope(Relation(node: 0, columns: base), path: [])
        for column in schema {
            guard case .computed(let syntax) = column.kind,
                let position = columns.firstIndex(where: { $0.name == column.name.text })
            else { continue }
            do throws(SQLError) {
                let bound = try ExpressionBinder(scope: scope, clause: "a computed column").bind(syntax)
                columns[position].type = bound.type
                columns[position].kind = .computed(bound)
                if case .call(.processingTime, _, _) = bound { columns[position].isProcessingTime = true }
            } catch {
                errors.append(error)
            }
        }
    }

    // MARK: Keys and watermark

    private mutating func primaryKey(_ schema: TableSchemaSyntax) -> [Int] {
        var constraints = schema.constraints
        for column in schema.columns {
            guard var constraint = column.constraint else { continue }
            constraint.columns = [column.name]
            constraints.append(constraint)
        }
        var key: [Int] = []
        for (index, constraint) in constraints.enumerated() {
            if !constraint.isPrimaryKey {
                errors.append(
                    SQLError(
                        .unsupported, "UNIQUE constraints are not supported", at: constraint.range,
                        hint: "PRIMARY KEY (…) NOT ENFORCED names the columns of a key"))
                continue
            }
            if index > 0, !key.isEmpty {
                errors.append(SQLError(.semantics, "a table has one PRIMARY KEY", at: constraint.range))
                continue
            }
            if constraint.isEnforced != false {
                errors.append(
                    SQLError(
                        .semantics, "a PRIMARY KEY is not checked, and has to say so", at: constraint.range,
                        hint: "write PRIMARY KEY (…) NOT ENFORCED"))
            }
            for column in constraint.columns {
                guard let position = physical.firstIndex(where: { $0.name == column.text }) else {
                    errors.append(
                        SQLError(
                            .name, "the key column '\(column.text)' is not a column that holds data", at: column.range,
                            hint: keyHint(column.text)))
                    continue
                }
                physical[position].type.isNullable = false
                for index in columns.indices where columns[index].name == column.text {
                    columns[index].type.isNullable = false
                }
                key.append(position)
            }
        }
        return key
    }

    private func keyHint(_ name: String) -> String {
        let names = physical.map(\.name)
        return nearestName(to: name, in: names).map { "did you mean \($0)?" }
            ?? "declare \(name), or take it out of the key; the columns are " + names.prefix(12).joined(separator: ", ")
    }

    private mutating func watermark(_ schema: TableSchemaSyntax) -> TableDefinition.Watermark? {
        guard let syntax = schema.watermarks.first else { return nil }
        do throws(SQLError) {
            if schema.watermarks.count > 1 {
                throw SQLError(.semantics, "a table has one WATERMARK", at: schema.watermarks[1].range)
            }
            guard let name = syntax.column.first, syntax.column.count == 1 else {
                throw SQLError(.semantics, "WATERMARK takes a column at the top level", at: syntax.range)
            }
            guard let position = columns.firstIndex(where: { $0.name == name.text }) else {
                throw SQLError(
                    .name, "there is no column '\(name.text)' for WATERMARK", at: name.range,
                    hint: nearestName(to: name.text, in: columns.map(\.name)).map { "did you mean \($0)?" })
            }
            try requireTime(columns[position].type.logical, "the WATERMARK column '\(name.text)'", at: name.range)
            let scope = Scope(
                Relation(node: 0, columns: columns.map { RelationColumn(name: $0.name, type: $0.type) }), path: [])
            let bound = try ExpressionBinder(scope: scope, clause: "WATERMARK").bind(syntax.expression)
            try requireTime(bound.type.logical, "the WATERMARK expression", at: syntax.expression.range)
            return TableDefinition.Watermark(column: position, expression: bound)
        } catch {
            // A column that failed above gives no second error for its watermark.
            if errors.isEmpty || error.code != .name { errors.append(error) }
            return nil
        }
    }

    private func requireTime(_ type: LogicalType, _ what: String, at range: SourceRange) throws(SQLError) {
        switch type {
        case .timestamp(let precision) where precision <= 3, .timestampLTZ(let precision) where precision <= 3: return
        default:
            throw SQLError(
                .type, "\(what) must be TIMESTAMP(p) or TIMESTAMP_LTZ(p) with p up to 3, not \(type)", at: range,
                hint: type.isTimestamp ? "CAST it to TIMESTAMP(3)" : "make a computed column of it with TO_TIMESTAMP")
        }
    }
}

extension TypeSyntax {
    /// The syntax of a bound type; nil for types that have none.
    init?(_ type: DataType, at range: SourceRange) {
        let kind: Kind
        switch type.logical {
        case .boolean: kind = .boolean
        case .tinyint: kind = .tinyint
        case .smallint: kind = .smallint
        case .integer: kind = .integer
        case .bigint: kind = .bigint
        case .float: kind = .float
        case .double: kind = .double
        case .decimal(let precision, let scale): kind = .decimal(precision: precision, scale: scale)
        // A constant's CHAR(0) has no column of its kind.
        case .char(let length): kind = length > 0 ? .char(length: length) : .string
        case .varchar(let length): kind = .varchar(length: max(1, length))
        case .binary(let length): kind = length > 0 ? .binary(length: length) : .bytes
        case .varbinary(let length): kind = .varbinary(length: max(1, length))
        case .date: kind = .date
        case .time(let precision): kind = .time(precision: precision)
        case .timestamp(let precision): kind = .timestamp(precision: precision)
        case .timestampLTZ(let precision): kind = .timestampLTZ(precision: precision)
        case .intervalMonths: kind = .interval(Self.interval(.year, .month, at: range))
        case .intervalMilliseconds: kind = .interval(Self.interval(.day, .second, fraction: 3, at: range))
        case .array(let element):
            guard let element = TypeSyntax(element, at: range) else { return nil }
            kind = .array(element)
        case .multiset(let element):
            guard let element = TypeSyntax(element, at: range) else { return nil }
            kind = .multiset(element)
        case .map(let key, let value):
            guard let key = TypeSyntax(key, at: range), let value = TypeSyntax(value, at: range) else { return nil }
            kind = .map(key: key, value: value)
        case .row(let fields):
            var written: [RowFieldSyntax] = []
            for field in fields {
                guard let type = TypeSyntax(field.type, at: range) else { return nil }
                written.append(RowFieldSyntax(name: Identifier(field.name, range: range), type: type, comment: nil))
            }
            kind = .row(written)
        // A bare NULL has no type that a column could have.
        case .null: return nil
        }
        self.init(kind: kind, isNullable: type.isNullable, range: range)
    }

    private static func interval(
        _ start: TimeUnit, _ end: TimeUnit, fraction: Int? = nil, at range: SourceRange
    ) -> IntervalQualifier {
        IntervalQualifier(start: start, startPrecision: nil, end: end, fractionPrecision: fraction, range: range)
    }
}
