package import ConnectorContract

/// The process table functions that ship with Millrace.
package enum BuiltinTableFunctions {
    package static let all: [any TableFunction] = [ChangedFunction(), DebounceFunction(), FillGapsFunction()]
}
