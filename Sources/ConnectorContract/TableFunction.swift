package import Columnar

/// A process table function: from rows to rows, with state and timers of its own for each key.
///
/// SQL calls it as `F(input => TABLE t PARTITION BY k, argument => …, on_time => DESCRIPTOR(ts), uid => '…')`. The
/// planner binds the arguments, the engine deals the rows by key, stores the state with the epochs and fires the
/// timers; the function holds the meaning alone.
package protocol TableFunction: Sendable {
    /// What SQL calls it by, in upper case.
    var name: String { get }
    /// One line for people.
    var summary: String { get }
    /// In the order of arguments without names. `on_time` and `uid` come by themselves.
    var parameters: [TableFunctionParameter] { get }

    /// Checks a call and says what its rows look like.
    func shape(of call: TableFunctionCall) throws(TableFunctionError) -> TableFunctionShape

    /// What does the work in one instance; `call` is one that ``shape(of:)`` took.
    func makeProcessor(for call: TableFunctionCall) -> any TableFunctionProcessor
}

/// A parameter of a table function.
package struct TableFunctionParameter: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// Rows, each looked at by itself: no PARTITION BY, no state, no timers.
        case rows
        /// Rows by key: PARTITION BY says of which. All such tables of a call have keys of the same types.
        case rowsByKey
        /// Names of columns.
        case columns
        /// A constant of this type.
        case constant(LogicalType)
    }

    /// As SQL names it, in any case.
    package var name: String
    package var kind: Kind
    package var isOptional: Bool

    package init(_ name: String, _ kind: Kind, isOptional: Bool = false) {
        self.name = name
        self.kind = kind
        self.isOptional = isOptional
    }
}

/// A call as it was bound.
package struct TableFunctionCall: Sendable, Hashable {
    /// One of its tables.
    package struct Table: Sendable, Hashable {
        package var parameter: String
        package var fields: [Field]
        /// The columns of PARTITION BY.
        package var partition: [Int]
        /// The column of `on_time`; nil without it.
        package var timeColumn: Int?

        package init(parameter: String, fields: [Field], partition: [Int], timeColumn: Int?) {
            self.parameter = parameter
            self.fields = fields
            self.partition = partition
            self.timeColumn = timeColumn
        }
    }

    /// In the order of the function's parameters; a row's input number is its place here.
    package var tables: [Table]
    /// Constants by the name of their parameter.
    package var constants: [String: TableFunctionValue]
    /// Names of columns by the name of their parameter.
    package var columns: [String: [String]]
    /// Keys that got no row for this long may be forgotten; nil keeps them.
    package var stateTimeToLiveMilliseconds: Int64?

    package init(
        tables: [Table], constants: [String: TableFunctionValue] = [:], columns: [String: [String]] = [:],
        stateTimeToLiveMilliseconds: Int64? = nil
    ) {
        self.tables = tables
        self.constants = constants
        self.columns = columns
        self.stateTimeToLiveMilliseconds = stateTimeToLiveMilliseconds
    }

    package var hasTime: Bool { tables.contains { $0.timeColumn != nil } }

    /// A whole number or an interval in milliseconds, where it was given.
    package func integer(_ parameter: String) -> Int64? {
        guard case .int64(let value) = constants[parameter] else { return nil }
        return value
    }
}

/// What rows a call gives: the columns of its key (or all of its first table), then its own, then `rowtime` where the
/// call has `on_time`.
package struct TableFunctionShape: Sendable, Hashable {
    /// The function's own columns.
    package var fields: [Field]
    /// All columns of the first table stand in front, instead of its key alone.
    package var passesColumns: Bool
    /// Rows may be taken back and changed; else it adds rows only.
    package var emitsChanges: Bool
    /// Its tables may change rows; else they must only add rows.
    package var takesChanges: Bool

    package init(
        fields: [Field], passesColumns: Bool = false, emitsChanges: Bool = false, takesChanges: Bool = false
    ) {
        self.fields = fields
        self.passesColumns = passesColumns
        self.emitsChanges = emitsChanges
        self.takesChanges = takesChanges
    }
}

/// Why a call cannot be made; the planner adds the place.
package struct TableFunctionError: Error, Sendable, Hashable {
    /// The parameter whose argument is at fault; nil for the call as a whole.
    package var parameter: String?
    package var message: String
    package var hint: String?

    package init(_ message: String, parameter: String? = nil, hint: String? = nil) {
        self.message = message
        self.parameter = parameter
        self.hint = hint
    }
}

/// A value that goes into a function as a constant, or out of it into a column, in the physical form of its type.
package enum TableFunctionValue: Sendable, Hashable {
    case null
    case boolean(Bool)
    /// Integers; days of a DATE; microseconds of a TIMESTAMP; milliseconds of an INTERVAL.
    case int64(Int64)
    case float64(Double)
    /// Unscaled decimal.
    case int128(Int128)
    /// UTF-8, or the bytes of a BINARY.
    case text([UInt8])
}
