package import Columnar

/// A table as the catalog knows it: what CREATE TABLE said, checked.
package struct CatalogTable: Sendable {
    package var name: String
    /// Columns that hold data, in declared order. Computed and metadata columns are expressions of the scan's consumer.
    package var physicalFields: [Field]
    /// Positions in `physicalFields`.
    package var primaryKey: [Int]
    /// Positions in `physicalFields` of the PARTITIONED BY columns, in the order named there.
    package var partitionKeys: [Int] = []
    /// The value of `'connector'`; nil for an embedded result table.
    package var connector: String?
    package var options: [String: String]
    /// Where the script gives them, as pairs in brackets: for messages.
    package var optionPlaces: [String: OptionSyntax] = [:]
    package var isBounded: Bool
    /// What its format makes of it when it is read: rows alone, or changes of rows.
    package var changelog: ChangelogMode
    /// True for the target of an INSERT OVERWRITE.
    package var replacesRows = false
    /// For the target of an INSERT: keys of the metadata columns behind the physical ones.
    package var writtenMetadata: [String] = []

    package init(
        name: String, physicalFields: [Field], primaryKey: [Int] = [], connector: String?,
        options: [String: String] = [:], isBounded: Bool = false, changelog: ChangelogMode = .append
    ) {
        self.name = name
        self.physicalFields = physicalFields
        self.primaryKey = primaryKey
        self.connector = connector
        self.options = options
        self.isBounded = isBounded
        self.changelog = changelog
    }
}

extension CatalogTable {
    /// Remembers where options are given.
    mutating func note(_ options: [OptionSyntax]) {
        for option in options { optionPlaces[option.key.text] = option }
    }
}

/// What the planner must know of a connector; filled in by whoever has the connectors.
package struct ConnectorDescription: Sendable {
    package var identifier: String
    package var canRead: Bool
    package var canWrite: Bool
    /// Options by name; `required` must be given.
    package var options: Set<String>
    package var requiredOptions: Set<String>
    /// Allowed values of options that have a closed set.
    package var optionValues: [String: [String]]
    /// Allowed numbers of options that take a whole number.
    package var optionNumbers: [String: ClosedRange<Int64>] = [:]
    /// Metadata columns it can deliver.
    package var metadata: [Field]
    /// More of them that a format of its values delivers, by format.
    package var formatMetadata: [String: [Field]] = [:]
    /// The keys of those it can write.
    package var writableMetadata: Set<String> = []
    /// The values that `'format'` may have, each with its options (with prefix); empty when it takes no format.
    package var formats: [String: Set<String>]
    /// Those of them whose rows may take back others.
    package var changelogFormats: Set<String>
    /// True when its tables end by themselves.
    package var isBounded: Bool

    package init(
        identifier: String, canRead: Bool, canWrite: Bool, options: Set<String>, requiredOptions: Set<String> = [],
        optionValues: [String: [String]] = [:], metadata: [Field] = [], formats: [String: Set<String>] = [:],
        changelogFormats: Set<String> = [], isBounded: Bool
    ) {
        self.identifier = identifier
        self.canRead = canRead
        self.canWrite = canWrite
        self.options = options
        self.requiredOptions = requiredOptions
        self.optionValues = optionValues
        self.metadata = metadata
        self.formats = formats
        self.changelogFormats = changelogFormats
        self.isBounded = isBounded
    }

    /// The metadata columns of a table with these options.
    func metadata(with options: [String: String]) -> [Field] {
        metadata + ((options["format"] ?? options["value.format"]).flatMap { formatMetadata[$0] } ?? [])
    }
}
