import Foundation
import TestSupport
import Testing

/// Which room may know which: arrows only downwards.
@Suite struct ImportTests {
    /// What each target may import beside the standard library's own modules.
    static let table: [String: Set<String>] = [
        "Bytes": [],
        "Diagnostics": ["Bytes"],
        "Addresses": [],
        "Quotas": ["Addresses"],
        "Disk": ["Bytes", "Diagnostics"],
        "Work": ["Quotas", "Bytes", "Diagnostics", "CLinux"],
        "Crypto": ["Bytes", "COpenSSL"],
        "Network": ["Work", "Disk", "Diagnostics", "CLinux", "COpenSSL"],
        "HTTP": ["Disk", "Quotas", "Addresses", "Bytes", "Diagnostics"],
        "HTTPServer": [
            "HTTP", "Network", "Quotas", "Addresses", "Crypto", "Bytes", "Diagnostics",
        ],
        "Values": ["Bytes", "Diagnostics"],
        "SQLite": ["Diagnostics", "CSQLite", "CSQLiteMemory", "CSQLiteLog"],
        "PostgresWire": ["Crypto", "Bytes"],
        "Store": ["Values", "Work", "Quotas", "Bytes", "Diagnostics"],
        "StoreSQLite": [
            "SQLite", "Store", "Values", "Work", "Quotas", "Disk", "Bytes", "Diagnostics",
        ],
        "StorePostgres": [
            "PostgresWire", "Network", "Store", "Values", "Work", "Quotas", "Bytes", "Diagnostics",
        ],
        "Configuration": ["Quotas", "Addresses", "Bytes", "Diagnostics"],
        "Schema": ["Configuration", "Store", "Values", "Disk", "Bytes", "Diagnostics"],
        "Query": ["Values", "Bytes", "Diagnostics"],
        "Expressions": [
            "Query", "Schema", "Store", "Values", "Quotas", "Addresses", "Bytes", "Diagnostics",
        ],
        "Clients": ["Expressions", "Schema", "Values", "Bytes"],
        "REST": [
            "Query", "Expressions", "Schema", "Store", "Values", "HTTP", "Work", "Quotas",
            "Addresses", "Bytes", "Diagnostics",
        ],
        "Auth": [
            "Crypto", "Configuration", "Store", "Values", "HTTP", "Work", "Quotas",
            "Addresses", "Disk", "Bytes", "Diagnostics",
        ],
        "Realtime": [
            "Query", "Expressions", "Schema", "Store", "Values", "HTTP", "Quotas", "Addresses",
            "Bytes", "Diagnostics",
        ],
        "Server": [
            "Auth", "Realtime", "REST", "Clients", "Expressions", "Query", "Schema",
            "Configuration", "Store", "StoreSQLite", "StorePostgres", "PostgresWire", "Values", "HTTPServer",
            "Network", "HTTP", "Crypto", "Work", "Quotas", "Addresses", "Disk", "Diagnostics",
            "Bytes", "CLinux", "CTemplates",
        ],
        "ApusCommand": ["Server", "Configuration", "Diagnostics"],
    ]

    /// What the tests share is as low as it can be, since every test target waits for it; what
    /// talks to the server over a socket sees no more of it than what its makers may.
    static let tests: [String: Set<String>] = [
        "TestSupport": ["HTTP", "Quotas", "Addresses", "Bytes", "COpenSSL"],
        "ServerTestSupport": [
            "TestSupport", "PostgresTestSupport", "Server", "Configuration", "StoreSQLite",
            "Store", "PostgresWire", "Values", "Diagnostics", "Bytes",
        ],
        "PostgresTestSupport": ["TestSupport", "PostgresWire", "Bytes"],
        "WireTests": [
            "TestSupport", "ServerTestSupport", "PostgresTestSupport", "Server", "Crypto", "Bytes",
        ],
        "HouseTests": ["TestSupport"],
    ]

    /// Part of the toolchain: no wall is needed against them.
    static let everywhere: Set<String> = ["Glibc", "Synchronization"]

    @Test(arguments: SourceTree.sources.filter { table[$0.target] != nil })
    func `a file imports only rooms below its own`(file: SourceTree.File) {
        expect(file, toImportOnly: Self.table[file.target] ?? [])
    }

    @Test(arguments: SourceTree.tests.filter { tests[$0.target] != nil })
    func `what tests share, and what goes over a socket, knows no more than it must`(
        file: SourceTree.File
    ) {
        let toolchain: Set<String> = ["Testing", "Foundation", "Dispatch"]
        expect(file, toImportOnly: (Self.tests[file.target] ?? []).union(toolchain))
        #expect(!file.lines.contains { $0.hasPrefix("@testable") }, "\(file.path)")
    }

    private func expect(_ file: SourceTree.File, toImportOnly rooms: Set<String>) {
        let allowed = rooms.union(Self.everywhere)
        for (number, line) in file.lines.enumerated() {
            let words = line.split(separator: " ")
            guard let position = words.firstIndex(of: "import"), position < 2,
                words.count > position + 1, !line.hasPrefix(" "), !line.hasPrefix("/")
            else { continue }
            let module = String(words[position + 1].prefix { $0 != "." })
            #expect(allowed.contains(module), "\(file.path):\(number + 1) imports \(module)")
        }
    }

    @Test func `every source target stands in the table`() {
        let targets = Set(SourceTree.sources.map(\.target)).subtracting(["Benchmarks"])
        #expect(targets == Set(Self.table.keys))
        #expect(Set(SourceTree.tests.map(\.target)).isSuperset(of: Self.tests.keys))
    }

    /// What is built is what was agreed upon: a wall that the manifest takes down has to be taken
    /// down here as well.
    @Test(arguments: table.keys.sorted())
    func `the manifest lets a room know those that the table names`(room: String) throws {
        let manifest = try String(
            contentsOf: Repository.root.appending(path: "Package.swift"), encoding: .utf8)
        let opening = "room\\(\\s*\"\(room)\",|executableTarget\\(\\s*name: \"\(room)\","
        let start = try #require(manifest.range(of: opening, options: .regularExpression))
        let list = manifest[start.upperBound...].prefix { $0 != "]" }
        let names = list.split(separator: "\"", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
        #expect(Set(names) == Self.table[room])
        #expect(names.count == Set(names).count, "\(names)")
    }
}

/// `Module.Type` no longer finds the type once a type bears the module's name.
@Suite struct NameTests {
    /// Nobody imports an executable.
    static let importable = Set(ImportTests.table.keys).subtracting(["ApusCommand"])

    @Test(arguments: SourceTree.sources.filter { importable.contains($0.target) })
    func `no type bears the name of its module`(file: SourceTree.File) {
        for (number, line) in file.code.enumerated() {
            let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init)
            for kind in ["struct", "class", "enum", "protocol", "actor"] {
                guard let position = words.firstIndex(of: kind), position + 1 < words.count else {
                    continue
                }
                #expect(words[position + 1] != file.target, "\(file.path):\(number + 1)")
            }
        }
    }
}
