package import Columnar

/// What a connector is told about the table it serves.
package struct TableDescription: Sendable {
    /// Name in the catalog, for messages and metrics.
    package var name: String
    /// The columns that hold data, in declared order; computed columns are the engine's business.
    package var physicalFields: [Field]
    /// Positions in `physicalFields` of the PRIMARY KEY columns; empty when there is none.
    package var primaryKey: [Int]
    /// Positions in `physicalFields` of the PARTITIONED BY columns; empty when there are none.
    package var partitionKeys: [Int] = []
    /// The WITH clause, checked against the connector's options.
    package var options: [String: String]
    /// What relative paths are relative to.
    package var baseDirectory: String
    /// Session time zone, an IANA name; formats need it for TIMESTAMP_LTZ.
    package var timeZone: String
    /// True when what is written takes the place of all rows there were: INSERT OVERWRITE.
    package var replacesRows = false
    /// Keys of the metadata that is written: its columns follow the physical ones, in the types the connector gives them.
    package var writtenMetadata: [String] = []

    package init(
        name: String, physicalFields: [Field], primaryKey: [Int] = [], options: [String: String],
        baseDirectory: String = ".", timeZone: String = "UTC"
    ) {
        self.name = name
        self.physicalFields = physicalFields
        self.primaryKey = primaryKey
        self.options = options
        self.baseDirectory = baseDirectory
        self.timeZone = timeZone
    }
}

/// What a scan asks of a source.
package struct ScanRequest: Sendable {
    package var table: TableDescription
    /// The columns to deliver, in this order: positions in `physicalFields`, or metadata keys.
    package var columns: [ScanColumn]
    package var parallelism: Int

    package init(table: TableDescription, columns: [ScanColumn], parallelism: Int) {
        self.table = table
        self.columns = columns
        self.parallelism = parallelism
    }
}

/// One column of a scan.
package enum ScanColumn: Sendable, Hashable {
    /// A position in ``TableDescription/physicalFields``.
    case physical(Int)
    /// A metadata key of the connector (such as `file.path`) with the type to deliver it in.
    case metadata(key: String, type: DataType)
    /// A field inside of a physical column: the positions from its ROW inwards. NULL where a ROW on the way is.
    case field(Int, path: [Int])
    /// A BOOLEAN that is never NULL: whether the ROW column, or the ROW inside of it, is there.
    case presence(Int, path: [Int])
}
