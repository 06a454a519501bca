/// The ways in which a line can be bad or odd.
///
/// The first five are extra lines beside the orders' own, and none of them has a readable service name, so a
/// consumer that rejects them, and one that reads them leniently, both end at the oracle's numbers. The last
/// three are well-formed lines of orders with a value that needs care.
package enum RechargeMalformation: Int, CaseIterable, Sendable {
    /// The line ends somewhere before its service name.
    case truncatedJSON
    /// `serviceName` is not there.
    case missingField
    /// `serviceName` is a number, or it and `chargefee` are objects.
    case mistypedField
    /// `serviceName` and `retMsg` contain bytes that are not UTF-8.
    case invalidUTF8
    /// Five MiB of `retMsg`, and a service name that means nothing.
    case oversizedLine
    /// A notice received before its request started (other lines get an unknown province).
    case negativeDuration
    /// `provinceCode` is 999.
    case unknownProvince
    /// All times of the line lie in 2099.
    case futureTimestamp

    /// Whether a consumer has to reject the line.
    package var isRejected: Bool { rawValue <= RechargeMalformation.oversizedLine.rawValue }

    /// Its name in the oracle's JSON.
    package var name: String {
        switch self {
        case .truncatedJSON: "truncated_json"
        case .missingField: "missing_field"
        case .mistypedField: "mistyped_field"
        case .invalidUTF8: "invalid_utf8"
        case .oversizedLine: "oversized_line"
        case .negativeDuration: "negative_duration"
        case .unknownProvince: "unknown_province"
        case .futureTimestamp: "future_timestamp"
        }
    }

    /// More than this many oversized lines would be a different test; further ones are truncated instead.
    static let oversizedLimit = 3
    static let oversizedBytes = 5 << 20
}
