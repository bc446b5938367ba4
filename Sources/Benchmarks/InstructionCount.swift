import Glibc

/// What a request costs a server in instructions, as callgrind counts them: the figure that a busy
/// machine does not change.
///
/// Each kind of request is sent one at a time over one connection, to two runs of the server that
/// differ in their number only: the difference holds no start, no end and no first time.
struct InstructionCount {
    private let apus: ApusContestant
    private let directory: String
    private let valgrind: String
    private let operations: [(name: String, operation: Operation)]
    private let requests: Int
    private let rows: Int

    private static let all: [(name: String, operation: Operation)] = [
        ("get", .get), ("list20", .list20), ("filter", .filter), ("insert", .insert),
        ("insert_minimal", .insertMinimal), ("bulk1000", .insertThousand), ("update", .update),
    ]

    /// Requests before those that count: plans and statements are then at hand.
    private static let warmUp = 100

    /// `instructions [--apus PROGRAM] [--only get,insert,…] [--requests 1000] [--rows 10000]
    /// [--database postgres://…] [--valgrind PROGRAM] [--directory DIR]`
    ///
    /// A database on PostgreSQL is an empty one. The runs share it, and what PostgreSQL itself
    /// takes is not counted.
    init(_ options: Options) throws(BenchmarkError) {
        directory = options["directory"] ?? "/tmp/apus-instructions-\(getpid())"
        valgrind = options["valgrind"] ?? "valgrind"
        requests = max(1, try options.integer("requests", default: 1000))
        rows = try options.integer("rows", default: 10_000)
        var operations = Self.all
        if let names = options.list("only") {
            operations = []
            for name in names {
                guard let known = Self.all.first(where: { $0.name == name }) else {
                    let all = Self.all.map(\.name).joined(separator: ", ")
                    throw BenchmarkError("'\(name)' is none of \(all)", exitCode: 2)
                }
                operations.append(known)
            }
        }
        self.operations = operations
        apus = try ApusContestant(
            "apus", options["apus"] ?? ".build/release/apus", seed: "\(directory)/seed", rows: rows,
            database: options["database"])
    }

    func run() throws(BenchmarkError) {
        for (name, operation) in operations {
            let fewer = try count(operation, requests, profile: "\(directory)/\(name).few")
            let more = try count(operation, 2 * requests, profile: "\(directory)/\(name).many")
            print(column(name, 18, left: true) + column(String((more - fewer) / requests), 9))
        }
        print("\nInstructions a request; callgrind_annotate reads the profiles in \(directory)")
    }

    /// Instructions of a server that answers so many requests.
    private func count(
        _ operation: Operation, _ count: Int, profile: String
    ) throws(BenchmarkError) -> Int {
        let work = "\(directory)/work"
        try Place.copy(apus.seed, to: work)
        let running = try apus.start(
            in: work, under: [valgrind, "--tool=callgrind", "--callgrind-out-file=\(profile)"])
        do throws(BenchmarkError) {
            try send(operation, Self.warmUp + count, to: running.server)
        } catch {
            running.process.end()
            throw error
        }
        running.process.end()
        return try Self.total(of: profile)
    }

    private func send(
        _ operation: Operation, _ count: Int, to server: Server
    ) throws(BenchmarkError) {
        let client = try WireClient(server)
        let template = RequestTemplate(operation, server, rows: rows)
        var random = Xorshift(seed: 1)
        for _ in 0..<count {
            var request: [UInt8] = []
            template.append(to: &request, &random)
            let answer = try client.answer(to: request)
            guard 200..<300 ~= answer.status else { throw BenchmarkError(answer.text) }
        }
    }

    /// The line `totals: N` of a profile (valgrind.org/docs/manual/cl-format.html).
    private static func total(of profile: String) throws(BenchmarkError) -> Int {
        guard let file = unsafe fopen(profile, "r") else { throw .last(profile) }
        defer { unsafe fclose(file) }
        var buffer = [CChar](repeating: 0, count: 65536)
        while unsafe fgets(&buffer, Int32(buffer.count), file) != nil {
            let line = String(
                decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            guard line.hasPrefix("totals: ") else { continue }
            if let total = Int(line.dropFirst(8).filter { !$0.isWhitespace }) { return total }
        }
        throw BenchmarkError("\(profile) tells no total")
    }
}
