import Glibc

/// How much of random queries is tried, as the environment says; nil where it says nothing.
enum RandomRun {
    /// Queries of each part of a test.
    static let queries = number("MILLRACE_RANDOM_QUERIES")
    static let firstSeed = number("MILLRACE_RANDOM_SEED")

    private static func number(_ name: String) -> UInt64? { getenv(name).flatMap { UInt64(String(cString: $0)) } }
}
