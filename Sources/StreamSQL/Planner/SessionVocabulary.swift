import Columnar

/// The names that can be written in a session, for completion.
package struct SessionVocabulary: Sendable {
    /// Tables and views of the current database, and databases.
    package var tables: [String]
    package var columns: [String]
    package var functions: [String]

    package init(tables: [String] = [], columns: [String] = [], functions: [String] = []) {
        self.tables = tables
        self.columns = columns
        self.functions = functions
    }
}

extension PlanningSession {
    package var vocabulary: SessionVocabulary {
        let tables = catalog.names(views: false)
        let views = catalog.names(views: true)
        var columns: Set<String> = []
        for name in tables + views {
            let place = Catalog.Place(catalog: catalog.currentCatalog, database: catalog.currentDatabase, name: name)
            switch catalog[place] {
            case .table(let definition): columns.formUnion(definition.columns.map(\.name))
            case .view(let view): columns.formUnion(view.columns.map(\.text))
            case nil: break
            }
        }
        return SessionVocabulary(
            tables: tables + views + catalog.databases(), columns: columns.sorted(),
            functions: FunctionCatalog.builtin.names)
    }
}
