/// Checks the WITH clause of a table against what its connector takes.
struct OptionChecker {
    let connectors: [String: ConnectorDescription]

    /// The options as a dictionary with all that is wrong with them. `base` are those taken over by LIKE.
    func check(
        _ options: [OptionSyntax], base: [String: String] = [:], table: ObjectName
    ) -> (options: [String: String], errors: [SQLError]) {
        var values = base
        var places: [String: OptionSyntax] = [:]
        var errors: [SQLError] = []
        for option in options {
            if places[option.key.text] != nil {
                errors.append(SQLError(.option, "the option '\(option.key.text)' is given twice", at: option.key.range))
            }
            places[option.key.text] = option
            values[option.key.text] = option.value.text
        }
        guard let identifier = values["connector"] else {
            errors += checkEmbedded(options)
            return (values, errors)
        }
        if identifier == "jdbc", let address = places["url"] { errors += JDBCAddress.check(address.value) }
        guard let connector = connectors[identifier] else {
            if KnownOptions.isKnown(connector: identifier) {
                errors.append(
                    SQLError(
                        .unsupported, "the connector '\(identifier)' is not supported yet",
                        at: places["connector"]?.value.range ?? table.range,
                        hint: "a table without WITH keeps its rows in Millrace"))
                return (values, errors + checkNames(places, identifier, allowed: []))
            }
            let near = nearestName(to: identifier, in: connectors.keys.sorted())
            let listed = "the connectors are " + connectors.keys.sorted().joined(separator: ", ")
            errors.append(
                SQLError(
                    .option, "there is no connector '\(identifier)'",
                    at: places["connector"]?.value.range ?? table.range,
                    hint: near.map { "did you mean '\($0)'?" } ?? listed))
            return (values, errors)
        }
        errors += checkValues(values, places, connector, table)
        return (values, errors)
    }

    /// A table without connector is a result table; a misspelt 'connector' must not make one by accident.
    private func checkEmbedded(_ options: [OptionSyntax]) -> [SQLError] {
        options.compactMap { option in
            let key = option.key.text
            if key == "connector.type" {
                return SQLError(
                    .unsupported, "the old option 'connector.type' is not supported", at: option.key.range,
                    hint: "write 'connector' = '…'")
            }
            if KnownOptions.resultTable.contains(key) { return nil }
            let near = nearestName(to: key, in: ["connector"] + KnownOptions.resultTable.sorted())
            return SQLError(
                .option, "a table without a connector has no option '\(key)'", at: option.key.range,
                hint: near.map { "did you mean '\($0)'?" } ?? "name a 'connector', or leave the option out")
        }
    }

    private func checkValues(
        _ values: [String: String], _ places: [String: OptionSyntax], _ connector: ConnectorDescription,
        _ table: ObjectName
    ) -> [SQLError] {
        var errors: [SQLError] = []
        var allowed = connector.options
        for key in ["format", "value.format", "key.format"] {
            guard let format = values[key], !connector.formats.isEmpty else { continue }
            guard let options = connector.formats[format] else {
                let names = connector.formats.keys.sorted()
                errors.append(
                    SQLError(
                        .option, "the connector '\(connector.identifier)' has no format '\(format)'",
                        at: places[key]?.value.range ?? table.range,
                        hint: nearestName(to: format, in: names).map { "did you mean '\($0)'?" }
                            ?? "the formats are " + names.joined(separator: ", ")))
                continue
            }
            allowed.formUnion(options)
        }
        errors += checkNames(places, connector.identifier, allowed: allowed)
        for (key, place) in Self.inOrder(places) {
            let written = place.value.text.lowercasedASCII
            if let choices = connector.optionValues[key], !choices.isEmpty,
                !choices.contains(where: { $0.lowercasedASCII == written })
            {
                let near = nearestName(to: place.value.text, in: choices).map { "did you mean '\($0)'? " } ?? ""
                errors.append(
                    SQLError(
                        .option, "'\(place.value.text)' is not a value of the option '\(key)'", at: place.value.range,
                        hint: near + "the values are " + choices.joined(separator: ", ")))
            }
            if let numbers = connector.optionNumbers[key],
                Int64(place.value.text).map({ numbers.contains($0) }) != true
            {
                errors.append(
                    SQLError(
                        .option, "'\(place.value.text)' is not a value of the option '\(key)'", at: place.value.range,
                        hint: "it takes a whole number of at least \(numbers.lowerBound)"))
            }
        }
        // A misspelt option is not missing besides.
        let meant = Set(
            places.keys.filter { isUnknown($0, connector.identifier, allowed) }
                .compactMap { nearest($0, connector.identifier, allowed) })
        for required in connector.requiredOptions.sorted() where values[required] == nil && !meant.contains(required) {
            errors.append(
                SQLError(
                    .option, "the connector '\(connector.identifier)' needs the option '\(required)'",
                    at: places["connector"]?.value.range ?? table.range, hint: "add '\(required)' = '…' to WITH"))
        }
        if !connector.formats.isEmpty, connector.requiredOptions.isDisjoint(with: Self.formatNames),
            meant.isDisjoint(with: Self.formatNames), values["format"] == nil, values["value.format"] == nil
        {
            errors.append(
                SQLError(
                    .option, "the connector '\(connector.identifier)' needs the option 'format'",
                    at: places["connector"]?.value.range ?? table.range,
                    hint: "the formats are " + connector.formats.keys.sorted().joined(separator: ", ")))
        }
        return errors
    }

    /// The names of the option for the format of values.
    private static let formatNames: Set<String> = ["format", "value.format"]

    private static func inOrder(_ places: [String: OptionSyntax]) -> [(key: String, value: OptionSyntax)] {
        places.sorted { $0.value.key.range.offset < $1.value.key.range.offset }
    }

    /// Options that neither the connector here nor Flink's knows.
    private func checkNames(
        _ places: [String: OptionSyntax], _ connector: String, allowed: Set<String>
    ) -> [SQLError] {
        Self.inOrder(places).compactMap { key, place in
            guard isUnknown(key, connector, allowed) else { return nil }
            let near = nearest(key, connector, allowed).map { "did you mean '\($0)'?" }
            return SQLError(
                .option, "the connector '\(connector)' has no option '\(key)'", at: place.key.range,
                hint: KnownOptions.replacement(of: key, connector: connector) ?? near)
        }
    }

    private func isUnknown(_ key: String, _ connector: String, _ allowed: Set<String>) -> Bool {
        !allowed.contains(key) && !KnownOptions.isKnown(key, connector: connector)
    }

    /// The option that somebody who wrote `key` may have meant.
    private func nearest(_ key: String, _ connector: String, _ allowed: Set<String>) -> String? {
        nearestName(to: key, in: allowed.sorted() + KnownOptions.names(connector: connector))
    }

    /// What reading a table gives.
    func changelog(_ values: [String: String]) -> ChangelogMode {
        // Each record replaces the row of its key, or removes it.
        if values["connector"] == "upsert-kafka" { return .upsert }
        guard let identifier = values["connector"], let connector = connectors[identifier],
            let format = values["format"] ?? values["value.format"]
        else { return .append }
        return connector.changelogFormats.contains(format) ? .retract : .append
    }

    /// Whether the rows of a table end by themselves.
    func isBounded(_ values: [String: String]) -> Bool {
        guard let identifier = values["connector"], let connector = connectors[identifier] else { return false }
        switch identifier {
        case "filesystem": return connector.isBounded && values["source.monitor-interval"] == nil
        case "datagen": return values["number-of-rows"] != nil
        case "kafka", "upsert-kafka": return values["scan.bounded.mode"].map { $0 != "unbounded" } ?? false
        default: return connector.isBounded
        }
    }
}
