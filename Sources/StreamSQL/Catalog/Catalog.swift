import Columnar
import ConnectorContract

/// What names of tables and views mean: catalogs of databases of tables and views.
struct Catalog: Sendable {
    /// What stands under a name.
    enum Object: Sendable {
        case table(TableDefinition)
        case view(ViewDefinition)
    }

    /// Tables and views under one name, with what was said about them as a whole.
    struct Database: Sendable {
        var objects: [String: Object] = [:]
        var comment: String?
        var options: [String: String] = [:]
    }

    /// Databases under one name.
    struct Entry: Sendable {
        var databases: [String: Database]
        var comment: String?
        var options: [String: String] = [:]
    }

    /// Where an object is.
    struct Place: Sendable, Hashable {
        var catalog: String
        var database: String
        var name: String

        var path: [String] { [catalog, database, name] }
    }

    static let catalogName = "default_catalog"
    static let defaultDatabase = "default_database"
    /// Tables and views a session may hold; also databases and catalogs.
    static let maximumObjects = 10_000

    /// Process table functions by their name in upper case; a session is given them when it is made.
    var tableFunctions: [String: any TableFunction] = [:]

    private(set) var catalogs: [String: Entry] = [
        catalogName: Entry(databases: [defaultDatabase: Database()], options: ["type": "generic_in_memory"])
    ]
    private(set) var currentCatalog = Catalog.catalogName
    private(set) var currentDatabase = Catalog.defaultDatabase
    private var lastIdentity = 0

    var catalogNames: [String] { catalogs.keys.sorted() }

    // MARK: Names

    /// The place that a path of a table or view means.
    func resolve(_ name: ObjectName) throws(SQLError) -> Place {
        guard let last = name.parts.last else { throw SQLError(.name, "a name is missing", at: name.range) }
        let database = try self.database(name.parts.dropLast(), at: name.range)
        return Place(catalog: database.catalog, database: database.name, name: last.text)
    }

    /// The catalog and database that `[[catalog.]database]` means; the current ones where parts are left out.
    func database(
        _ parts: some BidirectionalCollection<Identifier>, at range: SourceRange
    ) throws(SQLError) -> (catalog: String, name: String) {
        let written = Array(parts.suffix(2))
        let catalog = written.count == 2 ? written[0].text : currentCatalog
        guard let entry = catalogs[catalog] else {
            throw SQLError(
                .name, "there is no catalog '\(catalog)'", at: written.first?.range ?? range,
                hint: nearestName(to: catalog, in: catalogNames).map { "did you mean \($0)?" }
                    ?? "the catalogs are " + catalogNames.prefix(12).joined(separator: ", "))
        }
        let database = written.last?.text ?? currentDatabase
        guard entry.databases[database] != nil else {
            throw SQLError(
                .name, "there is no database '\(database)'", at: written.last?.range ?? range,
                hint: nearestName(to: database, in: entry.databases.keys.sorted()).map { "did you mean \($0)?" }
                    ?? "SHOW DATABASES lists what there is")
        }
        return (catalog, database)
    }

    subscript(place: Place) -> Object? { catalogs[place.catalog]?.databases[place.database]?.objects[place.name] }

    /// What a name means, or nil.
    func find(_ name: ObjectName) throws(SQLError) -> Object? { self[try resolve(name)] }

    /// What a name means; an error with a suggestion when it means nothing.
    func object(_ name: ObjectName) throws(SQLError) -> Object {
        let place = try resolve(name)
        if let object = self[place] { return object }
        let names = catalogs[place.catalog]?.databases[place.database].map { $0.objects.keys.sorted() } ?? []
        let near = nearestName(to: place.name, in: names)
        let listed =
            names.isEmpty ? "no table was created yet" : "the tables are " + names.prefix(12).joined(separator: ", ")
        throw SQLError(
            .name, "there is no table or view '\(name.text)'", at: name.range,
            hint: (near ?? nameOfSameWords(as: place.name, in: names)).map { "did you mean \($0)?" } ?? listed)
    }

    /// The name under which a table is known to the engine.
    func displayName(_ place: Place) -> String {
        if place.catalog != Self.catalogName { return place.path.joined(separator: ".") }
        return place.database == Self.defaultDatabase ? place.name : "\(place.database).\(place.name)"
    }

    // MARK: Tables and views

    mutating func nextIdentity() -> Int {
        lastIdentity += 1
        return lastIdentity
    }

    mutating func put(_ object: Object, _ name: ObjectName) throws(SQLError) {
        let place = try resolve(name)
        let count = catalogs.values.reduce(0) { $0 + $1.databases.values.reduce(0) { $0 + $1.objects.count } }
        guard count < Self.maximumObjects else {
            throw SQLError(.limit, "a session can have \(Self.maximumObjects) tables and views", at: name.range)
        }
        catalogs[place.catalog]?.databases[place.database]?.objects[place.name] = object
    }

    mutating func remove(_ name: ObjectName) throws(SQLError) {
        let place = try resolve(name)
        catalogs[place.catalog]?.databases[place.database]?.objects[place.name] = nil
    }

    /// Names in a database, tables and views apart.
    func names(views: Bool, in place: (catalog: String, name: String)? = nil) -> [String] {
        let place = place ?? (currentCatalog, currentDatabase)
        return (catalogs[place.catalog]?.databases[place.name]?.objects ?? [:]).filter { entry in
            if case .view = entry.value { return views }
            return !views
        }.keys.sorted()
    }

    /// All embedded result tables, in the order they were made.
    var embeddedTables: [CatalogTable] {
        var found: [TableDefinition] = []
        for database in catalogs.values.flatMap(\.databases.values) {
            for case .table(let definition) in database.objects.values where definition.table.connector == nil {
                found.append(definition)
            }
        }
        return found.sorted { $0.identity < $1.identity }.map(\.table)
    }

    // MARK: Databases and catalogs

    /// The databases of a catalog, the current one by default.
    func databases(of catalog: String? = nil) -> [String] {
        (catalogs[catalog ?? currentCatalog]?.databases.keys.sorted()) ?? []
    }

    func database(_ place: (catalog: String, name: String)) -> Database? {
        catalogs[place.catalog]?.databases[place.name]
    }

    mutating func put(_ database: Database?, _ place: (catalog: String, name: String)) {
        catalogs[place.catalog]?.databases[place.name] = database
        if database == nil, place == (currentCatalog, currentDatabase) { currentDatabase = Self.defaultDatabase }
    }

    mutating func put(_ entry: Entry?, catalog: String) { catalogs[catalog] = entry }

    mutating func use(database place: (catalog: String, name: String)) {
        (currentCatalog, currentDatabase) = place
    }

    mutating func use(catalog: String) {
        guard catalog != currentCatalog, let entry = catalogs[catalog] else { return }
        currentCatalog = catalog
        currentDatabase =
            entry.options["default-database"] ?? entry.databases.keys.sorted().first ?? Self.defaultDatabase
    }
}
