// swift-tools-version: 6.2
import PackageDescription

let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .enableExperimentalFeature("Lifetimes"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    // A release leaves the checks for overlapping accesses to the debug build, which the tests run:
    // an eighth of what a read by key costs. It also optimises across rooms beyond what is marked
    // inlinable: a twentieth of what a list costs.
    .unsafeFlags(
        ["-enforce-exclusivity=unchecked", "-cross-module-optimization"],
        .when(configuration: .release)),
]

/// What the binary is made of does without regular expressions: their library, which every file
/// would import unasked, would be a tenth of it.
let product =
    house + [.unsafeFlags(["-Xfrontend", "-disable-implicit-string-processing-module-import"])]

/// A room of the house: a target and the rooms below it that it may import.
func room(_ name: String, _ below: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: below, swiftSettings: product)
}

/// The tests of a room, with what all tests share. What they read at run time is no source.
func tests(_ name: String, _ needs: [Target.Dependency], read: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: ["TestSupport"] + needs, exclude: read, swiftSettings: house)
}

/// What several test targets share; no product holds it.
func support(_ name: String, _ below: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: below, path: "Tests/\(name)", swiftSettings: house)
}

let package = Package(
    name: "apus",
    products: [.executable(name: "apus", targets: ["ApusCommand"])],
    targets: [
        .systemLibrary(name: "CSQLite", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
        .target(name: "CSQLiteMemory", dependencies: ["CSQLite"]),
        .target(name: "CSQLiteLog", dependencies: ["CSQLite"]),
        .target(name: "CLinux"),
        .target(name: "CTemplates", exclude: ["templates"], cSettings: [.unsafeFlags(["-std=c23"])]),

        room("Bytes", []),
        room("Diagnostics", ["Bytes"]),
        room("Addresses", []),
        room("Quotas", ["Addresses"]),
        room("Disk", ["Bytes", "Diagnostics"]),
        room("Work", ["Quotas", "Bytes", "Diagnostics", "CLinux"]),
        room("Crypto", ["Bytes", "COpenSSL"]),
        room("Network", ["Work", "Disk", "Diagnostics", "CLinux", "COpenSSL"]),
        room("HTTP", ["Disk", "Quotas", "Addresses", "Bytes", "Diagnostics"]),
        room(
            "HTTPServer",
            ["HTTP", "Network", "Quotas", "Addresses", "Crypto", "Bytes", "Diagnostics"]),
        room("Values", ["Bytes", "Diagnostics"]),
        room("SQLite", ["Diagnostics", "CSQLite", "CSQLiteMemory", "CSQLiteLog"]),
        room("PostgresWire", ["Crypto", "Bytes"]),
        room("Store", ["Values", "Work", "Quotas", "Bytes", "Diagnostics"]),
        room(
            "StoreSQLite",
            ["SQLite", "Store", "Values", "Work", "Quotas", "Disk", "Bytes", "Diagnostics"]),
        room(
            "StorePostgres",
            [
                "PostgresWire", "Network", "Store", "Values", "Work", "Quotas", "Bytes",
                "Diagnostics",
            ]),
        room("Configuration", ["Quotas", "Addresses", "Bytes", "Diagnostics"]),
        room(
            "Schema",
            ["Configuration", "Store", "Values", "Disk", "Bytes", "Diagnostics"]),
        room("Query", ["Values", "Bytes", "Diagnostics"]),
        room(
            "Expressions",
            ["Query", "Schema", "Store", "Values", "Quotas", "Addresses", "Bytes", "Diagnostics"]),
        room("Clients", ["Expressions", "Schema", "Values", "Bytes"]),
        room(
            "REST",
            [
                "Query", "Expressions", "Schema", "Store", "Values", "HTTP", "Work", "Quotas",
                "Addresses", "Bytes", "Diagnostics",
            ]),
        room(
            "Auth",
            [
                "Crypto", "Configuration", "Store", "Values", "HTTP", "Work", "Quotas",
                "Addresses", "Disk", "Bytes", "Diagnostics",
            ]),
        room(
            "Realtime",
            [
                "Query", "Expressions", "Schema", "Store", "Values", "HTTP", "Quotas",
                "Addresses", "Bytes", "Diagnostics",
            ]),
        room(
            "Server",
            [
                "Auth", "Realtime", "REST", "Clients", "Expressions", "Query", "Schema",
                "Configuration", "Store", "StoreSQLite", "StorePostgres", "PostgresWire", "Values",
                "HTTPServer", "Network",
                "HTTP", "Crypto", "Work", "Quotas", "Addresses", "Disk", "Diagnostics", "Bytes",
                "CLinux", "CTemplates",
            ]),
        .executableTarget(
            name: "ApusCommand",
            dependencies: ["Server", "Configuration", "Diagnostics"],
            exclude: ["Linking"],
            swiftSettings: product,
            linkerSettings: [
                // Nobody links against a program: the names of its symbols need not be loaded.
                .unsafeFlags(
                    ["-Xlinker", "--no-export-dynamic"], .when(configuration: .release)),
                // Where Swift's runtime is a part of the program (--static-swift-stdlib, which
                // says -lstdc++), so is the C++ library that it needs: the folder's file of that
                // name is found first and names the archive. To look its names up in another
                // library would cost most of a millisecond at every start.
                .unsafeFlags(
                    ["-L\(Context.packageDirectory)/Sources/ApusCommand/Linking"],
                    .when(configuration: .release)),
            ]),

        support("TestSupport", ["HTTP", "Quotas", "Addresses", "Bytes", "COpenSSL"]),
        // Apart, so that the tests of a low room do not wait for the whole house to be built.
        support(
            "ServerTestSupport",
            [
                "TestSupport", "PostgresTestSupport", "Server", "Configuration", "Store",
                "StoreSQLite", "PostgresWire", "Values", "Diagnostics", "Bytes",
            ]),
        support("StoreTestSupport", ["Store", "Values", "Quotas", "Diagnostics"]),
        support("PostgresTestSupport", ["TestSupport", "PostgresWire", "Bytes"]),
        support(
            "StorePostgresTestSupport",
            [
                "PostgresTestSupport", "TestSupport", "StorePostgres", "PostgresWire", "Network",
                "Store", "Values", "Diagnostics", "Quotas", "Bytes",
            ]),

        support("CrashTestSupport", ["ServerTestSupport", "TestSupport", "Server", "Bytes"]),

        tests("BytesTests", ["Bytes"]),
        tests("DiagnosticsTests", ["Diagnostics", "Bytes"]),
        tests("AddressesTests", ["Addresses"]),
        tests("QuotasTests", ["Quotas", "Addresses"]),
        tests("DiskTests", ["Disk", "Diagnostics"]),
        tests("WorkTests", ["Work", "Quotas", "Diagnostics"]),
        tests("CryptoTests", ["Crypto", "Bytes"]),
        tests(
            "NetworkTests",
            ["Network", "Work", "Disk", "Bytes", "Diagnostics", "CLinux", "COpenSSL"]),
        tests("HTTPTests", ["HTTP", "Bytes"]),
        tests(
            "HTTPServerTests",
            [
                "HTTPServer", "Network", "HTTP", "Work", "Quotas", "Addresses", "Disk",
                "Diagnostics", "Bytes",
            ]),
        tests("SQLiteTests", ["SQLite", "Bytes"]),
        tests(
            "PostgresWireTests", ["PostgresTestSupport", "PostgresWire", "Crypto", "Bytes"],
            read: ["Conversations"]),
        tests(
            "StorePostgresTests",
            [
                "StorePostgresTestSupport", "StoreTestSupport", "PostgresTestSupport",
                "StorePostgres", "PostgresWire", "Network", "Store", "Work", "Values", "Quotas",
                "Bytes", "Diagnostics",
            ]),
        tests("ValuesTests", ["Values", "Bytes", "Diagnostics"]),
        tests(
            "StoreSQLiteTests",
            [
                "StoreTestSupport", "StoreSQLite", "Store", "SQLite", "Values", "Quotas", "Bytes",
                "Diagnostics",
            ]),
        tests("ConfigurationTests", ["Configuration", "Quotas", "Bytes", "Diagnostics"]),
        tests(
            "SchemaTests",
            [
                "StorePostgresTestSupport", "PostgresTestSupport", "Expressions", "Schema",
                "Configuration", "Store", "StoreSQLite", "StorePostgres", "Values", "Bytes",
                "Diagnostics",
            ]),
        tests(
            "ModelLife",
            [
                "ServerTestSupport", "StorePostgresTestSupport", "PostgresTestSupport",
                "Expressions", "Schema", "Store", "StoreSQLite", "StorePostgres", "Diagnostics",
                "Bytes",
            ], read: ["run"]),
        tests("QueryTests", ["Query", "Values", "Bytes", "Diagnostics"]),
        tests(
            "ExpressionsTests",
            [
                "StorePostgresTestSupport", "PostgresTestSupport", "Query", "Expressions", "Schema",
                "Store", "StoreSQLite", "StorePostgres", "Values", "Bytes", "Diagnostics",
            ]),
        tests(
            "ClientsTests", ["Clients", "Expressions", "Schema", "Values", "Bytes"],
            read: ["Golden", "Project"]),
        tests(
            "RESTTests",
            [
                "StorePostgresTestSupport", "PostgresTestSupport", "REST", "Query", "Expressions",
                "Schema", "Store", "StoreSQLite", "StorePostgres", "PostgresWire", "Network",
                "Values", "HTTP", "Quotas", "Bytes", "Diagnostics",
            ]),
        tests(
            "AuthTests",
            [
                "PostgresTestSupport", "Auth", "Configuration", "Crypto", "Store", "StoreSQLite",
                "StorePostgres", "PostgresWire", "Values", "HTTP", "Quotas", "Addresses", "Bytes",
                "Diagnostics",
            ]),
        tests(
            "RealtimeTests",
            [
                "StorePostgresTestSupport", "PostgresTestSupport", "Realtime", "Query",
                "Expressions", "Schema", "Store", "StoreSQLite", "StorePostgres", "Values", "HTTP",
                "Quotas", "Addresses", "Bytes", "Diagnostics",
            ]),
        tests(
            "ServerTests",
            [
                "ServerTestSupport", "PostgresTestSupport", "Server", "Auth", "Realtime",
                "Configuration", "Schema", "Expressions", "Store", "StoreSQLite", "StorePostgres",
                "Values", "Crypto", "HTTPServer", "Network", "HTTP", "Work", "Quotas", "Bytes",
                "PostgresWire", "Diagnostics",
            ]),
        tests(
            "WireTests", ["ServerTestSupport", "PostgresTestSupport", "Server", "Crypto", "Bytes"]),
        tests("DifferentialTests", ["ServerTestSupport", "PostgresTestSupport", "Crypto", "Bytes"]),
        tests(
            "PostgresCrashTests",
            [
                "CrashTestSupport", "ServerTestSupport", "PostgresTestSupport", "Server",
                "StorePostgres",
                "PostgresWire", "Bytes",
            ]),
        .target(
            name: "CFaultyDisk", path: "Tests/CFaultyDisk",
            linkerSettings: [.linkedLibrary("sqlite3")]),
        tests(
            "DiskFaultTests",
            [
                "CFaultyDisk", "CSQLite", "SQLite", "StoreSQLite", "Store", "Values", "Quotas",
                "Diagnostics",
            ]),
        tests(
            "FaultTests",
            [
                "CrashTestSupport", "ServerTestSupport", "PostgresTestSupport", "SQLite", "Bytes",
            ], read: ["run"]),
        tests("HouseTests", []),
    ]
)

// An echo for foreign WebSocket suites (Autobahn) and for measuring the HTTP layer alone.
if Context.environment["APUS_ECHO"] != nil {
    package.targets.append(
        .executableTarget(
            name: "EchoServer", dependencies: ["HTTPServer", "HTTP", "Diagnostics"],
            path: "Tests/EchoServer", swiftSettings: house))
}

// Fuzzing appears on request: Tests/Fuzz/run
if Context.environment["APUS_FUZZ"] != nil {
    package.products.append(.executable(name: "fuzz", targets: ["Fuzz"]))
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "Fuzz",
            dependencies: [
                "Auth", "Realtime", "REST", "Expressions", "Schema", "StoreSQLite", "Store",
                "PostgresWire", "Values", "HTTP", "Crypto", "Work", "Quotas", "Addresses",
                "Diagnostics", "Bytes", "CFuzzer",
            ],
            path: "Tests/Fuzz", exclude: ["CFuzzer", "Seeds", "run"], swiftSettings: house),
    ]
}

// Benchmarks appear on request: APUS_BENCHMARKS=1 swift build -c release --product benchmarks
if Context.environment["APUS_BENCHMARKS"] != nil {
    package.products.append(.executable(name: "benchmarks", targets: ["Benchmarks"]))
    package.targets += [
        .target(
            name: "CBaseline",
            linkerSettings: [.linkedLibrary("sqlite3"), .linkedLibrary("crypto")]),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "StorePostgres", "PostgresWire", "Network", "Store", "Values", "Work",
                "Diagnostics", "Bytes", "CBaseline", "CLinux", "CSQLite", "COpenSSL",
            ],
            swiftSettings: house),
    ]
}
