import Columnar

/// What a scan delivers of a table, before it is known which of it is read: ROW columns field by field, so that fields
/// nobody reads are not decoded and those that are read are columns at once.
struct ScanColumns {
    private(set) var delivered: [ScanPlanColumn] = []
    private(set) var fields: [Field] = []
    /// The base columns of the table over those of the scan.
    private(set) var base: [PlanExpression] = []

    /// Beyond so many columns the ROWs that follow are delivered whole.
    private static let mostColumns = 4_000

    init(_ definition: TableDefinition) {
        let table = definition.table
        // Only formats can take rows apart.
        let isDecoded = table.connector != nil && table.options["format"] != nil
        for (index, field) in table.physicalFields.enumerated() {
            if isDecoded {
                base.append(part(of: index, [], field.name, field.type))
            } else {
                base.append(add(.physical(index), Field(field.name, field.type)))
            }
        }
        for metadata in definition.metadata {
            let type = DataType(metadata.delivered, isNullable: metadata.field.type.isNullable)
            let column = add(.metadata(key: metadata.key, type), Field(metadata.field.name, type))
            base.append(CastRules.coerce(column, to: metadata.field.type.logical))
        }
    }

    private mutating func add(_ column: ScanPlanColumn, _ field: Field) -> PlanExpression {
        delivered.append(column)
        fields.append(field)
        return .column(fields.count - 1, field.type)
    }

    /// A physical column, or what lies at a path inside of it.
    private mutating func part(of index: Int, _ path: [Int], _ name: String, _ type: DataType) -> PlanExpression {
        guard case .row(let parts) = type.logical, !parts.isEmpty, Set(parts.map(\.name)).count == parts.count,
            fields.count + parts.count < Self.mostColumns
        else { return add(path.isEmpty ? .physical(index) : .field(index, path: path), Field(name, type)) }
        var items = [
            add(.presence(index, path: path), Field("\(name) IS NOT NULL", DataType(.boolean, isNullable: false)))
        ]
        for (position, part) in parts.enumerated() {
            let inner = part.type.nullable(part.type.isNullable || type.isNullable)
            items.append(self.part(of: index, path + [position], "\(name).\(part.name)", inner))
        }
        return .call(.presentRow, items, type)
    }
}
