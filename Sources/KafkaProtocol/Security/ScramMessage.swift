/// The parts of a SCRAM message: `letter=value`, by commas.
struct ScramMessage {
    private(set) var parts: [(name: Character, value: Substring)] = []

    /// nil when a part is no part.
    init?(_ text: Substring) {
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let name = part.first, part.dropFirst().first == "=" else { return nil }
            parts.append((name, part.dropFirst(2)))
        }
    }

    /// The value of the part at a place, if it has this name.
    func value(_ name: Character, at place: Int) -> Substring? {
        guard parts.indices.contains(place), parts[place].name == name else { return nil }
        return parts[place].value
    }

    /// A name with its commas and equal signs back; nil where one stands that should not.
    static func name(from escaped: Substring) -> String? {
        var result = ""
        var rest = escaped
        while let sign = rest.firstIndex(of: "=") {
            result += rest[..<sign]
            if rest[sign...].hasPrefix("=2C") {
                result += ","
            } else if rest[sign...].hasPrefix("=3D") {
                result += "="
            } else {
                return nil
            }
            rest = rest[sign...].dropFirst(3)
        }
        return result + rest
    }

    static func escaped(_ name: String) -> String {
        name.reduce(into: "") { text, letter in
            switch letter {
            case ",": text += "=2C"
            case "=": text += "=3D"
            default: text.append(letter)
            }
        }
    }
}
