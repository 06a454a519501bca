package import Columnar

/// The JSON form of dashboards, as the API promises it.
extension JSONWriter {
    package mutating func title(_ title: BilingualText) {
        key("title")
        beginObject()
        key("zh")
        string(title.chinese)
        key("en")
        string(title.english)
        endObject()
    }

    /// An entry of the list of dashboards.
    package mutating func summary(_ dashboard: Dashboard) {
        beginObject()
        key("id")
        string(dashboard.id)
        title(dashboard.title)
        key("panels")
        integer(dashboard.panels.count)
        endObject()
    }

    /// A dashboard with its panels; `fields` has the columns of each panel's query, in order.
    package mutating func dashboard(_ dashboard: Dashboard, fields: [[Field]]) {
        beginObject()
        key("id")
        string(dashboard.id)
        title(dashboard.title)
        key("layout")
        beginObject()
        key("columns")
        integer(dashboard.layout.columns)
        key("rows")
        integer(dashboard.layout.rows)
        endObject()
        key("panels")
        beginArray()
        for (panel, fields) in zip(dashboard.panels, fields) { self.panel(panel, fields: fields) }
        endArray()
        endObject()
    }

    private mutating func panel(_ panel: DashboardPanel, fields: [Field]) {
        beginObject()
        key("id")
        string(panel.id)
        title(panel.title)
        key("type")
        string(panel.type)
        key("at")
        beginObject()
        key("column")
        integer(panel.place.column)
        key("row")
        integer(panel.place.row)
        key("width")
        integer(panel.place.width)
        key("height")
        integer(panel.place.height)
        endObject()
        key("key")
        beginArray()
        for name in panel.key { string(name) }
        endArray()
        key("columns")
        columns(fields)
        key("options")
        raw(panel.options)
        endObject()
    }
}
