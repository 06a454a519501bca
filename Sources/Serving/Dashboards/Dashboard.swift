/// A page of panels over result tables, as its YAML file declares it.
package struct Dashboard: Sendable, Equatable {
    package var id: String
    package var title: BilingualText
    package var layout: DashboardLayout
    package var panels: [DashboardPanel]
    /// Sources that deliver nothing for so many seconds make the data stale; nil is what the server is set to.
    package var staleAfterSeconds: Int?
    /// The file that declares it, for messages.
    package var file: String
}

/// The grid that panels are placed on.
package struct DashboardLayout: Sendable, Equatable {
    package var columns: Int
    package var rows: Int

    package init(columns: Int, rows: Int) {
        self.columns = columns
        self.rows = rows
    }
}

/// A text in the two languages of the pages.
package struct BilingualText: Sendable, Equatable {
    package var chinese: String
    package var english: String

    package init(chinese: String, english: String) {
        self.chinese = chinese
        self.english = english
    }
}

/// One panel: a query and how its rows are drawn.
package struct DashboardPanel: Sendable, Equatable {
    /// What the pages can draw; one module of `web/js/panels` each.
    package static let types = ["bars", "flip", "gauge", "kpi", "map", "rank", "table", "trend"]

    /// Where it stands on the grid.
    package struct Place: Sendable, Equatable {
        package var column: Int
        package var row: Int
        package var width: Int
        package var height: Int

        package init(column: Int, row: Int, width: Int, height: Int) {
            self.column = column
            self.row = row
            self.width = width
            self.height = height
        }
    }

    package var id: String
    package var title: BilingualText
    /// One of `types`.
    package var type: String
    package var place: Place
    package var query: String
    /// Columns that tell rows apart; with them changes travel row by row.
    package var key: [String]
    /// What the chart takes, as JSON.
    package var options: [UInt8]
    /// The line of the file that the query begins on, for messages.
    package var queryLine: Int
}
