// swift-tools-version: 6.2
import PackageDescription

// Settings shared by every Swift target. Row code also raises the CPU level: the vector kernels need AVX2,
// and `millrace` checks for it at start.
let common: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
    .treatAllWarnings(as: .error),
]
//
// Debug builds, and with them all tests, look at run time whether accesses to a value overlap; in loops over rows that took
// 3 to 5 % of joins, so that releases go without.
let rowCode =
    common + [
        .unsafeFlags(
            ["-Xcc", "-march=x86-64-v3", "-enforce-exclusivity=unchecked"], .when(configuration: .release))
    ]

/// One target of the package: its name, what it may import, and how it is built.
struct Layer {
    enum Kind { case swift, rows, c, executable }
    var name: String
    var kind: Kind = .swift
    var uses: [String] = []
    var products: [(name: String, package: String)] = []
}

let nio = "swift-nio"
let nioSSL = "swift-nio-ssl"
let hummingbird = "hummingbird"
let argumentParser = "swift-argument-parser"
let swiftLog = "swift-log"
let lifecycle = "swift-service-lifecycle"

// In the order a record travels; imports go up this list only.
let layers: [Layer] = [
    Layer(name: "CPlatform", kind: .c),
    Layer(name: "CDecimals", kind: .c),
    Layer(name: "CSimdjson", kind: .c),
    Layer(name: "CRegex", kind: .c),
    Layer(name: "CCompression", kind: .c),
    Layer(name: "CRdKafka", kind: .c),
    Layer(name: "CWebAssets", kind: .c),
    Layer(name: "Diagnostics", uses: ["CPlatform"]),
    Layer(name: "Digests", kind: .rows),
    Layer(name: "Compression", kind: .rows, uses: ["CCompression"]),
    Layer(name: "Columnar", kind: .rows, uses: ["CPlatform", "Diagnostics"]),
    Layer(name: "RegularExpressions", uses: ["CRegex"]),
    Layer(name: "KafkaProtocol", kind: .rows, uses: ["Digests", "CPlatform", "Compression", "Diagnostics"]),
    Layer(name: "CommitLog", kind: .rows, uses: ["KafkaProtocol", "CPlatform", "Diagnostics"]),
    Layer(
        name: "Broker", uses: ["CommitLog", "KafkaProtocol", "Digests", "CPlatform", "Diagnostics"],
        products: [("NIOCore", nio), ("NIOPosix", nio), ("NIOSSL", nioSSL)]),
    Layer(
        name: "Formats", kind: .rows,
        uses: ["Columnar", "Digests", "Compression", "RegularExpressions", "CSimdjson", "Diagnostics"]),
    Layer(name: "ConnectorContract", uses: ["Columnar", "Diagnostics"]),
    Layer(
        name: "Connectors", kind: .rows,
        uses: [
            "ConnectorContract", "Columnar", "Formats", "CommitLog", "KafkaProtocol", "CRdKafka", "Diagnostics",
            "CPlatform",
        ]),
    Layer(name: "TableFunctions", uses: ["ConnectorContract", "Columnar", "Diagnostics"]),
    Layer(name: "StreamSQL", uses: ["ConnectorContract", "Columnar", "RegularExpressions", "Diagnostics"]),
    Layer(
        name: "Engine", kind: .rows,
        uses: [
            "StreamSQL", "Columnar", "ConnectorContract", "Digests", "RegularExpressions", "CDecimals", "CPlatform",
            "Diagnostics",
        ]),
    Layer(name: "Checkpoints", uses: ["ConnectorContract", "CPlatform", "Diagnostics"]),
    Layer(name: "Tables", kind: .rows, uses: ["ConnectorContract", "Columnar", "Diagnostics"]),
    Layer(name: "Workloads", uses: ["Diagnostics"]),
    Layer(
        name: "Serving", uses: ["Tables", "StreamSQL", "Columnar", "ConnectorContract", "Digests", "Diagnostics"],
        products: [
            ("Hummingbird", hummingbird), ("HummingbirdCore", hummingbird), ("Logging", swiftLog), ("NIOCore", nio),
            ("ServiceLifecycle", lifecycle), ("Yams", "Yams"),
        ]),
    Layer(
        name: "Scripts",
        uses: [
            "Engine", "Tables", "TableFunctions", "Connectors", "CommitLog", "Formats", "StreamSQL", "Columnar",
            "ConnectorContract", "Diagnostics", "CPlatform",
        ]),
    Layer(
        name: "Server",
        uses: [
            "Broker", "CommitLog", "KafkaProtocol", "Scripts", "Serving", "Engine", "Checkpoints", "CWebAssets",
            "Tables", "Connectors",
            "Formats", "StreamSQL",
            "Columnar", "ConnectorContract", "Diagnostics", "Workloads", "CPlatform",
        ],
        products: [
            ("Hummingbird", hummingbird), ("Logging", swiftLog), ("ServiceLifecycle", lifecycle),
            ("UnixSignals", lifecycle), ("Yams", "Yams"),
        ]),
    Layer(
        name: "Main", kind: .executable, uses: ["Server", "Scripts", "Diagnostics"],
        products: [("ArgumentParser", argumentParser)]),
    Layer(name: "TestSupport", uses: ["Columnar", "ConnectorContract", "Diagnostics"]),
]

// `MILLRACE_TARGETS=Engine,Formats swift test` builds the named targets, what they need, and their tests only.
let wanted: Set<String>? = Context.environment["MILLRACE_TARGETS"].map { text in
    let byName = Dictionary(uniqueKeysWithValues: layers.map { ($0.name, $0) })
    var open = text.split(separator: ",").map(String.init) + ["TestSupport"]
    var closed: Set<String> = []
    while let name = open.popLast() {
        if closed.insert(name).inserted { open += byName[name]?.uses ?? [] }
    }
    return closed
}
let tested = Context.environment["MILLRACE_TARGETS"]?.split(separator: ",").map(String.init)
let shipped = layers.filter { wanted?.contains($0.name) ?? true }
let productsUsed = Set(shipped.flatMap { $0.products.map(\.package) })

func target(of layer: Layer) -> Target {
    let dependencies: [Target.Dependency] =
        layer.uses.map { .target(name: $0) } + layer.products.map { .product(name: $0.name, package: $0.package) }
    let path = "Sources/\(layer.name)"
    switch layer.kind {
    case .swift: return .target(name: layer.name, dependencies: dependencies, path: path, swiftSettings: common)
    case .rows: return .target(name: layer.name, dependencies: dependencies, path: path, swiftSettings: rowCode)
    case .executable:
        return .executableTarget(name: "millrace", dependencies: dependencies, path: path, swiftSettings: common)
    case .c:
        // The archive and not the shared library: the binary then needs no package of the system for it.
        let linked: [LinkerSetting] =
            switch layer.name {
            case "CSimdjson": [.linkedLibrary("simdjson")]
            case "CRegex": [.linkedLibrary(":libre2.a")]
            case "CCompression": [":libz.a", ":liblz4.a", ":libzstd.a"].map { .linkedLibrary($0) }
            default: []
            }
        // The decoder is row code too.
        let cxxFlags = ["-O3"] + (layer.name == "CSimdjson" ? ["-march=x86-64-v3"] : [])
        return .target(
            name: layer.name, path: path,
            cSettings: [.unsafeFlags(["-O3"], .when(configuration: .release))],
            cxxSettings: [.unsafeFlags(cxxFlags, .when(configuration: .release))],
            linkerSettings: linked)
    }
}

// Every target has tests under Tests/<Target>Tests; the folders named here hold tests of the whole.
let unitTested = [
    "Diagnostics", "Digests", "Compression", "Columnar", "KafkaProtocol", "CommitLog", "Broker", "Formats",
    "Connectors", "StreamSQL",
    "Engine",
    "Checkpoints", "Tables", "Workloads",
    "Scripts", "Serving", "Server",
]
let testTargets: [Target] = unitTested.filter { tested?.contains($0) ?? true }.map { name in
    let layer = layers.first { $0.name == name }!
    let uses = Set(layer.uses + [name, "TestSupport"]).subtracting(["CDecimals", "CSimdjson", "CRegex", "CCompression"])
        .sorted()
    return .testTarget(
        name: "\(name)Tests",
        dependencies: uses.map { .target(name: $0) }
            + layer.products.map { .product(name: $0.name, package: $0.package) },
        path: "Tests/\(name)Tests", exclude: name == "StreamSQL" ? ["cases"] : [], swiftSettings: common)
}

// `MILLRACE_FUZZ=1` adds the fuzz targets, which `make fuzz` builds with the fuzzer's runtime.
let fuzzed: [(name: String, uses: [String])] = [
    ("SQLParser", ["StreamSQL"]), ("SQLPlanner", ["StreamSQL", "Columnar"]), ("JSONDecoder", []), ("CSVDecoder", []),
    ("ChangelogDecoder", []),
    ("RecordBatch", ["KafkaProtocol"]), ("KafkaRequests", ["KafkaProtocol"]),
    ("CommitLog", ["CommitLog", "KafkaProtocol", "Diagnostics", "TestSupport"]),
    ("NginxDecoder", []), ("RegexDecoder", []), ("AvroDecoder", []), ("Patterns", ["RegularExpressions"]),
    ("Checkpoints", ["Checkpoints", "ConnectorContract", "CPlatform", "Diagnostics", "TestSupport"]),
]
let fuzzTargets: [Target] =
    Context.environment["MILLRACE_FUZZ"] == nil
    ? []
    : [
        .target(
            name: "FuzzSupport", dependencies: ["Formats", "Columnar", "Diagnostics"], path: "Fuzz/Support",
            swiftSettings: common)
    ]
        + fuzzed.map { fuzz in
            .executableTarget(
                name: "Fuzz\(fuzz.name)", dependencies: (fuzz.uses + ["FuzzSupport"]).map { .target(name: $0) },
                path: "Fuzz/\(fuzz.name)", swiftSettings: common)
        }

// Tools for those who work on one part: naming the target builds them, and not the whole server.
let toolTargets: [Target] =
    [
        ("Scripts", "millrace-script", "dev/script-runner", ["Scripts", "Engine", "Diagnostics"]),
        ("CommitLog", "millrace-log-bench", "Benchmarks/CommitLog", ["CommitLog", "KafkaProtocol", "Diagnostics"]),
        ("Broker", "millrace-broker", "dev/broker-runner", ["Broker", "CommitLog", "Diagnostics"]),
    ].filter { tested?.contains($0.0) == true }.map { _, name, path, uses in
        .executableTarget(name: name, dependencies: uses.map { .target(name: $0) }, path: path, swiftSettings: common)
    }

let packageDependencies: [(name: String, dependency: Package.Dependency)] = [
    (argumentParser, .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")),
    (swiftLog, .package(url: "https://github.com/apple/swift-log", from: "1.16.2")),
    (nio, .package(url: "https://github.com/apple/swift-nio", from: "2.101.2")),
    (nioSSL, .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6")),
    (hummingbird, .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: [])),
    (lifecycle, .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0")),
    ("Yams", .package(url: "https://github.com/jpsim/Yams", from: "6.2.2")),
]

let package = Package(
    name: "millrace",
    dependencies: packageDependencies.filter { productsUsed.contains($0.name) }.map(\.dependency),
    targets: shipped.map(target(of:)) + testTargets + fuzzTargets + toolTargets,
    cxxLanguageStandard: .cxx17
)
