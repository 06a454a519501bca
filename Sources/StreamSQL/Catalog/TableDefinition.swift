import Columnar

/// A table with everything a query over it needs: computed columns and watermark as bound expressions.
struct TableDefinition: Sendable {
    /// One declared column.
    struct Column: Sendable {
        enum Kind: Sendable {
            /// A position in the table's physical fields.
            case physical(Int)
            /// A position in `metadata`.
            case metadata(Int)
            /// Over the base columns.
            case computed(PlanExpression)
        }
        var name: String
        var type: DataType
        var kind: Kind
        var isProcessingTime = false
    }

    /// A column that the connector delivers beside the data.
    struct Metadata: Sendable {
        var key: String
        var field: Field
        /// The type that the connector delivers, which is cast to that of the field.
        var delivered: LogicalType
        var isVirtual: Bool
    }

    /// WATERMARK FOR a column.
    struct Watermark: Sendable {
        /// Position among the declared columns.
        var column: Int
        /// Over the declared columns.
        var expression: PlanExpression
    }

    var table: CatalogTable
    /// Unique among all tables a session ever had.
    var identity: Int
    var columns: [Column]
    var metadata: [Metadata]
    var watermark: Watermark?
    /// As declared, for CREATE TABLE … LIKE.
    var schema: TableSchemaSyntax
    var isTemporary: Bool
    var comment: String? = nil
    var distribution: DistributionSyntax? = nil
    /// Names of columns that hold data.
    var partitionedBy: [Identifier] = []

    /// Physical columns, then metadata columns: what a scan delivers.
    var baseFields: [Field] { table.physicalFields + metadata.map(\.field) }
}

/// A view: its query is bound anew at each use.
struct ViewDefinition: Sendable {
    var name: String
    var columns: [Identifier]
    var query: Query
    var isTemporary: Bool
    var comment: String? = nil
}
