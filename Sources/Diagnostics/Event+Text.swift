import Bytes

extension Event {
    /// What the event says to a person at a terminal, line by line; nothing when it is of no
    /// interest there. A fault of the schema files keeps its `FILE:LINE:COLUMN`.
    public var lines: [String] {
        switch self {
        case .request(_, let address, let method, let path, let status, let time, let refusal):
            [Self.answer(to: method, path, status, time, Self.origin(address), refusal)]
        case .requestsThrottled(let count): ["429 to \(count) more, which are not told one by one"]
        case .linesDropped(let count):
            ["\(count) lines of the log were dropped, since it was not read"]
        case .channelRefused(let topic, let address, let refusal):
            ["refused on \(topic)\(Self.origin(address)): \(refusal.line)"]
        case .channelsRefused(let count):
            ["\(count) more refused on channels, which are not told one by one"]
        case .listening: []
        case .draining: ["finishing what has begun"]
        case .stopped: ["stopped"]
        case .schemasTaken(let names): ["took \(Self.list(names))"]
        case .schemasGone(let names): ["gone, and served no more: \(Self.list(names))"]
        case .schemasWaiting(let names): [Self.waiting(names)]
        case .schemasSettled(let names): ["as at the start again: \(Self.list(names))"]
        case .schemasMended(waiting: let names): [Self.mended(names)]
        case .schemasRefused(let names, let faults, let hint):
            Self.refused(names, faults, hint)
        case .schemasAwaited(let faults, let hint): Self.awaited(faults, hint)
        case .lossesAsked: [Self.question]
        case .lossesDeclined: ["nothing was dropped"]
        case .schemasHeldBack(let names, let count, let first):
            [Self.heldBack(names, count, first)]
        case .schemaWarning(let text), .settingWarning(let text): [text]
        case .settingOverruled(let name, let by): ["no effect: \(name), which \(by) overrules"]
        case .migrated(let name): ["applied \(name)"]
        case .takenBack(let what): ["took back \(what)"]
        case .seedsKept(let count, let first): [Self.seedsKept(count, first)]
        case .databaseMissing(let directory): [Self.missing(directory)]
        case .databaseShared(let servers): [Self.shared(servers)]
        case .closedToOthers(let path, let mode):
            ["\(path) was open to other users (mode \(mode)) and is closed to them now"]
        case .backedUp(let path, _, let milliseconds): ["backup in \(milliseconds) ms: \(path)"]
        case .backupFailed(let problem): ["no backup was written: \(Self.text(of: problem))"]
        case .archive(let event): [event.line]
        case .backupsDropped(let paths): ["removed old backups: \(Self.list(paths))"]
        case .descriptorsExhausted(let limit):
            [
                "connections are turned away: all \(limit) descriptors are open; raise the limit "
                    + "of open files (ulimit -n), or lower limits.connections"
            ]
        case .connectionsRefused(let bound, let limit, let address, let untold):
            [Self.refused(bound, limit, address, untold: untold)]
        case .handshakesRefused(let limit, let address, let untold):
            [Self.refusedHandshake(limit, address, untold: untold)]
        case .originUnread(let field, let address): [Self.unread(field, address)]
        case .serviceFailed(let name, let problem): ["\(name): \(Self.text(of: problem))"]
        case .serviceLate(let name): ["\(name): the work takes longer than its period"]
        case .dataDirectoryMade(let path): ["made the data directory \(path), with keys of its own"]
        case .secretsLost(let path, let isThere): [Self.secretsLost(path, isThere)]
        case .secretsRestored(let path): ["\(path) holds the secrets of the start again"]
        case .databaseServer(level: _, let text): [text]
        case .databaseLost(let path, let file, let process):
            Self.loss(of: path, file, process: process)
        case .failed(let request, let problem):
            [(request.map { "request \($0): " } ?? "") + Self.text(of: problem)]
        }
    }

    private static func answer(
        to method: String, _ path: String, _ status: Int, _ microseconds: UInt64,
        _ origin: String, _ refusal: Refusal?
    ) -> String {
        "\(status) \(method) \(path) in \(milliseconds(microseconds)) ms\(origin)"
            + (refusal.map { ": \($0.line)" } ?? "")
    }

    /// Where a request came from, if not from this machine: whoever develops knows that he asks.
    private static func origin(_ address: String) -> String {
        ["", "127.0.0.1", "::1"].contains(address) ? "" : " from \(address)"
    }

    // MARK: Connections

    private static func refused(
        _ bound: ConnectionBound, _ limit: Int, _ address: String, untold: Int
    ) -> String {
        let holder =
            switch bound {
            case .ofAll, .ofAddress: ""
            case .ofSite: " from its /48"
            }
        return "a connection\(origin(address)) is refused: \(limit) are open\(holder), and "
            + "\(bound.setting) allows no more" + others(untold)
    }

    private static func refusedHandshake(
        _ limit: Int, _ address: String, untold: Int
    ) -> String {
        "a connection\(origin(address)) is refused: too many have not done their TLS handshake "
            + "(limits.memory_bytes has room for \(limit), no address for as many as are left)"
            + others(untold)
    }

    private static func others(_ untold: Int) -> String {
        untold == 0 ? "" : "; so were \(untold) since the last such line"
    }

    private static func unread(_ field: String, _ address: String) -> String {
        "\(address) says in \(field) for whom it calls, and is not believed: if it is your proxy, "
            + "name it in proxies.trusted, or all its clients share one address's limits"
    }

    // MARK: The project's files

    private static func mended(_ waiting: [String]) -> String {
        "the faults are gone; "
            + (waiting.isEmpty ? "the files say what is served" : self.waiting(waiting))
    }

    private static func refused(_ names: [String], _ faults: [String], _ hint: String?) -> [String]
    {
        ["not taken: \(list(names)); the server goes on with what it had:"]
            + (faults + [hint].compactMap { $0 })
            .flatMap { $0.split(separator: "\n").map { "  \($0)" } }
    }

    private static func awaited(_ faults: [String], _ hint: String?) -> [String] {
        ["not taken until they are mended:"]
            + (faults + [hint].compactMap { $0 })
            .flatMap { $0.split(separator: "\n").map { "  \($0)" } }
    }

    private static let question =
        "drop it, after a backup? 'y' and Enter does so, anything else leaves it"

    private static func heldBack(_ names: [String], _ count: Int, _ first: String) -> String {
        "not taken: \(list(names)); "
            + (count == 1
                ? "1 fault stands: \(first)" : "\(count) faults stand, the first: \(first)")
    }

    private static func seedsKept(_ count: Int, _ first: String) -> String {
        count == 1
            ? "1 seed row is in the database with other values and stays as it is there: \(first)"
            : "\(count) seed rows are in the database with other values and stay as they are "
                + "there, the first: \(first)"
    }

    // MARK: The database

    private static func missing(_ directory: String) -> String {
        "\(directory) has held a database and has none now: a new, empty one is made; if that was "
            + "not meant, stop the server and serve a backup from an empty directory with --data"
    }

    private static func shared(_ servers: [String]) -> String {
        "another server is connected to the database, whose tables change with what is saved here: "
            + servers.joined(separator: "; ")
    }

    private static func secretsLost(_ path: String, _ isThere: Bool) -> String {
        "\(path) was \(isThere ? "replaced" : "removed") while the server runs: it goes on with "
            + "the keys it was started with, and its next start is refused without them; put the "
            + "file back from a backup"
    }

    /// What was lost and how nothing more is. Stopped, SQLite writes a log that it has open into
    /// the database; a log beside another database than its own would be taken for that one's.
    private static func loss(of path: String, _ file: DatabaseFile, process: Int32) -> [String] {
        let danger =
            switch file {
            case .database, .log, .logIndex: "what is written could be lost"
            case .lock: "another server may have begun to write"
            }
        let stop = "  stop the server with ^C or SIGTERM"
        let ways =
            switch file {
            case .database:
                [
                    "  until the server stops, rows can still be read, and removed files be copied "
                        + "from /proc/\(process)/fd",
                    "  stop the server, put the file back where it was, or serve a backup from "
                        + "another directory with --data",
                ]
            case .log:
                [
                    stop + ": it writes what it still holds of that file into the database; then "
                        + "start it again"
                ]
            case .logIndex:
                [stop + " and start it again: it makes the file anew, and no row is lost"]
            case .lock:
                [
                    stop + " and start it again, unless another has the directory now: no row is "
                        + "lost"
                ]
            }
        return [
            "\(path) was removed or replaced while the server runs: \(danger), so every write is "
                + "refused"
        ] + ways
    }

    private static func waiting(_ names: [String]) -> String {
        "waits for the restart: \(list(names))"
    }

    private static func list(_ names: [String]) -> String {
        names.isEmpty ? "the files" : names.joined(separator: ", ")
    }

    static func text(of problem: Problem) -> String {
        "\(problem.message) (\(problem.code))" + (problem.cause.map { ": \($0)" } ?? "")
    }

    /// Milliseconds with one digit of fraction.
    private static func milliseconds(_ microseconds: UInt64) -> String {
        "\(microseconds / 1000).\(microseconds % 1000 / 100)"
    }
}
