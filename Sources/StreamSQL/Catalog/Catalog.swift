import Columnar

/// What names of tables and views mean.
struct Catalog: Sendable {
    /// What stands under a name.
    enum Object: Sendable {
        case table(TableDefinition)
        case view(ViewDefinition)
    }

    static let catalogName = "default_catalog"
    static let defaultDatabase = "default_database"
    /// Tables and views a session may hold.
    static let maximumObjects = 10_000

    private(set) var objects: [String: [String: Object]] = [defaultDatabase: [:]]
    var currentDatabase = Catalog.defaultDatabase
    private var lastIdentity = 0

    var databases: [String] { objects.keys.sorted() }

    /// The database and the name in it that a path means.
    func resolve(_ name: ObjectName) throws(SQLError) -> (database: String, name: String) {
        let parts = name.parts.map(\.text)
        guard let last = parts.last else { throw SQLError(.name, "a name is missing", at: name.range) }
        var database = currentDatabase
        if parts.count >= 2 { database = parts[parts.count - 2] }
        if parts.count >= 3, parts[0] != Self.catalogName {
            throw SQLError(
                .name, "there is no catalog '\(parts[0])'", at: name.parts[0].range,
                hint: "the catalog is \(Self.catalogName)")
        }
        guard objects[database] != nil else {
            throw SQLError(
                .name, "there is no database '\(database)'", at: name.range,
                hint: nearestName(to: database, in: databases).map { "did you mean \($0)?" })
        }
        return (database, last)
    }

    /// What a name means, or nil.
    func find(_ name: ObjectName) throws(SQLError) -> Object? {
        let (database, last) = try resolve(name)
        return objects[database]?[last]
    }

    /// What a name means; an error with a suggestion when it means nothing.
    func object(_ name: ObjectName) throws(SQLError) -> Object {
        let (database, last) = try resolve(name)
        if let object = objects[database]?[last] { return object }
        let names = objects[database].map { $0.keys.sorted() } ?? []
        let near = nearestName(to: last, in: names)
        let listed =
            names.isEmpty ? "no table was created yet" : "the tables are " + names.prefix(12).joined(separator: ", ")
        throw SQLError(
            .name, "there is no table or view '\(name.text)'", at: name.range,
            hint: near.map { "did you mean \($0)?" } ?? listed)
    }

    /// The name under which a table is known to the engine.
    func displayName(_ database: String, _ name: String) -> String {
        database == Self.defaultDatabase ? name : "\(database).\(name)"
    }

    mutating func nextIdentity() -> Int {
        lastIdentity += 1
        return lastIdentity
    }

    mutating func put(_ object: Object, _ name: ObjectName) throws(SQLError) {
        let (database, last) = try resolve(name)
        guard objects.values.reduce(0, { $0 + $1.count }) < Self.maximumObjects else {
            throw SQLError(.limit, "a session can have \(Self.maximumObjects) tables and views", at: name.range)
        }
        objects[database]?[last] = object
    }

    mutating func remove(_ name: ObjectName) throws(SQLError) {
        let (database, last) = try resolve(name)
        objects[database]?[last] = nil
    }

    mutating func createDatabase(_ name: String) -> Bool {
        guard objects[name] == nil else { return false }
        objects[name] = [:]
        return true
    }

    mutating func dropDatabase(_ name: String) {
        objects[name] = nil
        if currentDatabase == name { currentDatabase = Self.defaultDatabase }
    }

    /// Names in the current database, tables and views apart.
    func names(views: Bool) -> [String] {
        (objects[currentDatabase] ?? [:]).filter { entry in
            if case .view = entry.value { return views }
            return !views
        }.keys.sorted()
    }

    /// All embedded result tables, in the order they were made.
    var embeddedTables: [CatalogTable] {
        var found: [TableDefinition] = []
        for database in objects.values {
            for case .table(let definition) in database.values where definition.table.connector == nil {
                found.append(definition)
            }
        }
        return found.sorted { $0.identity < $1.identity }.map(\.table)
    }
}
