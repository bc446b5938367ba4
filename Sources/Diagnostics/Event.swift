public import Bytes

/// Everything the server tells its operator about: one case a kind, worded here and nowhere else.
public enum Event: Sendable {
    /// A request from an address was answered. The duration is in microseconds.
    case request(
        id: UInt64, address: String, method: String, path: String, status: Int,
        microseconds: UInt64, refusal: Refusal? = nil)
    /// So many requests more were throttled than were told one by one.
    case requestsThrottled(count: Int)
    /// So many lines of the log were dropped, since whoever reads it did not.
    case linesDropped(count: Int)
    /// What a client asked of a channel was refused, or the channel ended.
    case channelRefused(topic: String, address: String, refusal: Refusal)
    /// So many refusals on channels more than were told one by one.
    case channelsRefused(count: Int)
    /// The server accepts connections; where metrics are, if at an address of their own.
    case listening(url: String, metrics: String? = nil)
    /// A signal asked the server to finish what it has begun and stop.
    case draining
    /// The server has stopped.
    case stopped
    /// Changed schema files and settings that are in force from now on, while developing.
    case schemasTaken(_ names: [String])
    /// Schema files that are there no more and not in force from now on, while developing.
    case schemasGone(_ names: [String])
    /// Changed schema files and settings that wait for the next start.
    case schemasWaiting(_ names: [String])
    /// Schema files and settings that waited and are again as they were at the start.
    case schemasSettled(_ names: [String])
    /// Schema files that had faults say again what is served, but for what waits for the next
    /// start.
    case schemasMended(waiting: [String])
    /// Changed schema files were not taken because of faults; the hint says what to do about them.
    case schemasRefused(names: [String], faults: [String], hint: String?)
    /// `apus dev` has started on files with faults, and waits for them to be mended.
    case schemasAwaited(faults: [String], hint: String?)
    /// Somebody at the terminal may say that what would be dropped may be.
    case lossesAsked
    /// Somebody at the terminal has said that nothing may be dropped.
    case lossesDeclined
    /// Changed schema files were not taken because of so many faults that were told before.
    case schemasHeldBack(names: [String], standing: Int, first: String)
    /// What a schema file says is allowed and probably not meant.
    case schemaWarning(_ text: String)
    /// What a setting says is allowed and probably not meant.
    case settingWarning(_ text: String)
    /// A saved setting that does nothing, and the flag or variable that overrules it.
    case settingOverruled(name: String, by: String)
    /// A migration file, or an additive difference in development, was applied.
    case migrated(name: String)
    /// What development had built and nobody had filled was dropped again.
    case takenBack(what: String)
    /// So many seed rows are in the database with other values than the files give, and stay; where
    /// the first of them is given.
    case seedsKept(count: Int, first: String)
    /// A data directory that has held a database has none: a new one is made.
    case databaseMissing(directory: String)
    /// Development changes the tables of a database that other servers are connected to.
    case databaseShared(servers: [String])
    /// A file or directory of the server's that other users could reach was closed to them; the
    /// mode it had, in octal digits.
    case closedToOthers(path: String, mode: String)
    /// A command that needs a data directory has made one.
    case dataDirectoryMade(path: String)
    /// The file of the secrets was removed under the server, or holds others than it was started
    /// with.
    case secretsLost(path: String, isThere: Bool)
    /// The file of the secrets holds again what the server was started with.
    case secretsRestored(path: String)
    /// The database or its write-ahead log was removed or replaced under the server, the process of
    /// this number. What is written to it would be lost, so nothing is.
    case databaseLost(path: String, file: DatabaseFile, process: Int32)
    /// What becomes of the connections to a database server and of the changes that it tells; how
    /// much it matters.
    case databaseServer(level: LogLevel, text: String)
    /// The server has written a backup of its database.
    case backedUp(path: String, bytes: Int, milliseconds: UInt64)
    /// A backup that was due could not be written; it is tried again later.
    case backupFailed(problem: Problem)
    /// Old backups were removed for newer ones.
    case backupsDropped(paths: [String])
    /// Something became of the archive of the write-ahead log.
    case archive(ArchiveEvent)
    /// Connections are turned away because the process has as many descriptors open as it may.
    case descriptorsExhausted(limit: Int)
    /// A connection from an address was refused, since as many are open as a bound allows; so many
    /// more since the last line.
    case connectionsRefused(ConnectionBound, limit: Int, address: String, untold: Int)
    /// The same, since so many TLS handshakes have begun and are not done.
    case handshakesRefused(limit: Int, address: String, untold: Int)
    /// A request says in a field for whom it comes, from an address that is no trusted proxy's.
    case originUnread(field: String, address: String)
    /// The periodic work of a service failed; it is tried again after its period.
    case serviceFailed(name: String, problem: Problem)
    /// The periodic work of a service takes longer than its period: it is not begun again before.
    case serviceLate(name: String)
    /// Something failed that the client was only told a code of.
    case failed(request: UInt64?, problem: Problem)

    /// How much the event matters.
    public var level: LogLevel {
        switch self {
        case .request(_, _, _, _, let status, _, let refusal):
            Self.level(ofStatus: status, isRefused: refusal != nil)
        case .channelRefused, .listening, .draining, .stopped, .schemasTaken, .schemasGone,
            .schemasWaiting, .schemasSettled, .schemasMended, .lossesAsked, .lossesDeclined,
            .settingOverruled, .migrated,
            .takenBack, .seedsKept, .secretsRestored, .requestsThrottled, .channelsRefused,
            .backedUp, .backupsDropped:
            .info
        case .schemaWarning, .settingWarning, .schemasRefused, .schemasAwaited,
            .schemasHeldBack, .closedToOthers,
            .dataDirectoryMade,
            .secretsLost, .databaseMissing, .databaseShared, .descriptorsExhausted, .serviceLate,
            .linesDropped, .connectionsRefused, .handshakesRefused, .originUnread:
            .warning
        case .databaseLost, .failed, .serviceFailed, .backupFailed: .error
        case .archive(let event): event.level
        case .databaseServer(let level, text: _): level
        }
    }

    /// How much an answer matters: successes are only worth a line when debugging.
    ///
    /// - Parameter isRefused: whether something was refused, whatever the status says: that of a
    ///   preflight says nothing.
    public static func level(ofStatus status: Int, isRefused: Bool) -> LogLevel {
        status >= 500 ? .warning : status >= 400 || isRefused ? .info : .debug
    }

    /// The event's name in the log.
    public var name: String {
        switch self {
        case .request: "request"
        case .requestsThrottled: "requests_throttled"
        case .linesDropped: "lines_dropped"
        case .channelRefused: "channel_refused"
        case .channelsRefused: "channels_refused"
        case .listening: "listening"
        case .draining: "draining"
        case .stopped: "stopped"
        case .schemasTaken: "schemas_taken"
        case .schemasGone: "schemas_gone"
        case .schemasWaiting: "schemas_waiting"
        case .schemasSettled: "schemas_settled"
        case .schemasMended: "schemas_mended"
        case .schemasRefused: "schemas_refused"
        case .schemasAwaited: "schemas_awaited"
        case .lossesAsked: "losses_asked"
        case .lossesDeclined: "losses_declined"
        case .schemasHeldBack: "schemas_held_back"
        case .schemaWarning: "schema_warning"
        case .settingWarning: "setting_warning"
        case .settingOverruled: "setting_overruled"
        case .migrated: "migrated"
        case .takenBack: "taken_back"
        case .seedsKept: "seeds_kept"
        case .databaseMissing: "database_missing"
        case .databaseShared: "database_shared"
        case .closedToOthers: "closed_to_others"
        case .dataDirectoryMade: "data_directory_made"
        case .secretsLost: "secrets_lost"
        case .secretsRestored: "secrets_restored"
        case .databaseLost: "database_lost"
        case .databaseServer: "database_server"
        case .backedUp: "backed_up"
        case .backupFailed: "backup_failed"
        case .backupsDropped: "backups_dropped"
        case .archive(let event): event.name
        case .descriptorsExhausted: "descriptors_exhausted"
        case .connectionsRefused: "connections_refused"
        case .handshakesRefused: "handshakes_refused"
        case .originUnread: "origin_unread"
        case .serviceFailed: "service_failed"
        case .serviceLate: "service_late"
        case .failed: "failed"
        }
    }

    /// What else the log line says, in order.
    public var fields: [JSON.Member] {
        switch self {
        case .request(
            let id, let address, let method, let path, let status, let microseconds, let refusal):
            [
                .init("request_id", .integer(Int64(truncatingIfNeeded: id))),
                .init("address", .string(address)), .init("method", .string(method)),
                .init("path", .string(path)), .init("status", .integer(Int64(status))),
                .init("duration_us", .integer(Int64(clamping: microseconds))),
            ] + Self.fields(of: refusal)
        case .requestsThrottled(let count), .channelsRefused(let count), .linesDropped(let count):
            [.init("count", .integer(Int64(count)))]
        case .channelRefused(let topic, let address, let refusal):
            [.init("topic", .string(topic)), .init("address", .string(address))]
                + Self.fields(of: refusal)
        case .listening(let url, let metrics):
            [.init("url", .string(url))]
                + [metrics.map { JSON.Member("metrics", .string($0)) }].compactMap { $0 }
        case .draining, .stopped, .lossesAsked, .lossesDeclined: []
        case .schemasTaken(let names), .schemasGone(let names), .schemasWaiting(let names),
            .schemasSettled(let names), .schemasMended(waiting: let names):
            [Self.list("names", names)]
        case .schemasRefused(let names, let faults, let hint):
            [Self.list("names", names)] + Self.faults(faults, hint)
        case .schemasAwaited(let faults, let hint): Self.faults(faults, hint)
        case .schemasHeldBack(let names, let standing, let first):
            [
                Self.list("names", names), .init("standing", .integer(Int64(standing))),
                .init("first", .string(first)),
            ]
        case .schemaWarning(let text), .settingWarning(let text):
            [.init("warning", .string(text))]
        case .settingOverruled(let name, let by):
            [.init("name", .string(name)), .init("by", .string(by))]
        case .migrated(let name): [.init("migration", .string(name))]
        case .takenBack(let what): [.init("what", .string(what))]
        case .seedsKept(let count, let first):
            [.init("count", .integer(Int64(count))), .init("first", .string(first))]
        case .databaseMissing(let directory): [.init("directory", .string(directory))]
        case .databaseShared(let servers): [Self.list("servers", servers)]
        case .closedToOthers(let path, let mode):
            [.init("path", .string(path)), .init("mode", .string(mode))]
        case .secretsLost(let path, let isThere):
            [.init("path", .string(path)), .init("is_there", .bool(isThere))]
        case .dataDirectoryMade(let path): [.init("path", .string(path))]
        case .secretsRestored(let path): [.init("path", .string(path))]
        case .databaseLost(let path, _, _):
            [.init("path", .string(path)), .init("message", .string(lines.joined(separator: ";")))]
        case .databaseServer(level: _, let text): [.init("message", .string(text))]
        case .backedUp(let path, let bytes, let milliseconds):
            [
                .init("path", .string(path)), .init("bytes", .integer(Int64(bytes))),
                .init("duration_ms", .integer(Int64(clamping: milliseconds))),
            ]
        case .backupFailed(let problem): Self.fields(of: problem, request: nil)
        case .backupsDropped(let paths): [Self.list("paths", paths)]
        case .archive(let event): event.fields
        case .descriptorsExhausted(let limit): [.init("limit", .integer(Int64(limit)))]
        case .connectionsRefused(let bound, let limit, let address, let untold):
            [
                .init("setting", .string(bound.setting)), .init("limit", .integer(Int64(limit))),
                .init("address", .string(address)), .init("untold", .integer(Int64(untold))),
            ]
        case .handshakesRefused(let limit, let address, let untold):
            [
                .init("setting", .string("limits.memory_bytes")),
                .init("limit", .integer(Int64(limit))), .init("address", .string(address)),
                .init("untold", .integer(Int64(untold))),
            ]
        case .originUnread(let field, let address):
            [
                .init("field", .string(field)), .init("address", .string(address)),
                .init("setting", .string("proxies.trusted")), .init("message", .string(lines[0])),
            ]
        case .serviceFailed(let name, let problem):
            [.init("service", .string(name))] + Self.fields(of: problem, request: nil)
        case .serviceLate(let name): [.init("service", .string(name))]
        case .failed(let request, let problem): Self.fields(of: problem, request: request)
        }
    }

    /// The code, the limit's name and the user: the words may quote what a client has sent, which
    /// a log that is kept must not hold.
    private static func fields(of refusal: Refusal?) -> [JSON.Member] {
        [("code", refusal?.code), ("policy", refusal?.policy), ("sub", refusal?.user)]
            .compactMap { name, text in text.map { JSON.Member(name, .string($0)) } }
    }

    private static func faults(_ faults: [String], _ hint: String?) -> [JSON.Member] {
        [list("faults", faults)]
            + [hint.map { JSON.Member("hint", .string($0)) }].compactMap { $0 }
    }

    private static func list(_ name: String, _ texts: [String]) -> JSON.Member {
        JSON.Member(name, .array(texts.map(JSON.string)))
    }

    static func fields(of problem: Problem, request: UInt64?) -> [JSON.Member] {
        var fields: [JSON.Member] = []
        if let request {
            fields.append(.init("request_id", .integer(Int64(truncatingIfNeeded: request))))
        }
        fields.append(.init("code", .string(problem.code)))
        fields.append(.init("message", .string(problem.message)))
        if let cause = problem.cause { fields.append(.init("cause", .string(cause))) }
        return fields
    }
}
