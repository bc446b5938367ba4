import Bytes
import Network
import PostgresTestSupport
import Store
import Synchronization
import TestSupport
import Testing
import Values

@testable import StorePostgres

/// A node that follows a database's changes, with a loop and connections of its own.
final class FeedNode: Sendable {
    let user: PoolUser
    /// What was published, and the number of changes of each time.
    let changes = Record<Change>()
    let batches = Record<Int>()
    let events = Record<FeedEvent>()
    let feed: LoopBound<ChangeFeed>
    let door: ChangeFeedDoor
    private let listened: Listened

    /// The tables that somebody listens to; nil for all that are followed.
    final class Listened: Sendable {
        private let tables: Mutex<Set<String>?>

        init(_ tables: Set<String>?) { self.tables = Mutex(tables) }

        func set(_ new: Set<String>?) { tables.withLock { $0 = new } }
        func get(orAll all: [CapturedModel]) -> Set<String> {
            tables.withLock { $0 } ?? Set(all.map(\.name))
        }
    }

    /// - Parameters:
    ///   - models: the tables that are followed, if others than those whose capture is set up.
    ///   - tables: those that somebody listens to; nil for all.
    init(
        _ url: String, capturing captured: [CapturedModel],
        following models: [CapturedModel]? = nil, listeningTo tables: Set<String>? = nil,
        changesMax: Int64 = 1_000_000, starts: Bool = true
    ) throws {
        let user = try PoolUser(url)
        let cut = try user.access.setUpCapture(captured).cut
        let (changes, batches, events) = (changes, batches, events)
        let listened = Listened(tables)
        self.listened = listened
        feed = user.thread.perform { [pool = user.pool] loop in
            let feed = ChangeFeed(
                pool.value, after: cut, following: models ?? captured,
                listenedTo: { listened.get(orAll: captured) }, changesMax: changesMax,
                log: { events.append($0) },
                publish: { batch in
                    batches.append(batch.count)
                    for change in batch { changes.append(change) }
                }, published: {})
            return LoopBound(feed, on: loop)
        }
        door = user.thread.perform { [feed] _ in feed.value.door }
        self.user = user
        if starts { start() }
    }

    deinit { stop() }

    func start() { user.thread.perform { [feed] _ in feed.value.start() } }
    func stop() { user.thread.perform { [feed] _ in feed.value.stop() } }

    /// Somebody listens to these tables from now on, and nobody to others.
    func listen(to tables: Set<String>) { listened.set(tables) }

    /// It follows other tables from now on.
    func follow(_ models: [CapturedModel]) {
        user.thread.perform { [feed] _ in feed.value.follow(models) }
    }

    /// The process that serves the feed's session.
    var backend: Int32? {
        user.thread.perform { [feed] _ in feed.value.connection?.processID ?? nil }
    }

    /// Whether it is putting back what has gone.
    var isRepairing: Bool { user.thread.perform { [feed] _ in feed.value.setup != nil } }

    /// The first changes that were published, in words; a failure unless so many come.
    func lines(_ count: Int) -> [String] { changes.wait(for: count).map(\.line) }
}

extension Change {
    /// The change in one line.
    var line: String {
        if let reset { return "reset \(table) \(reset)" }
        let sides = [new, old].map { $0.map { String(utf8: $0.json) } ?? "-" }
        return "\(operation) \(table) \(key.map(\.word).joined(separator: ",")) "
            + sides.joined(separator: " ")
    }
}

extension Value {
    fileprivate var word: String {
        switch self {
        case .null: "null"
        case .integer(let integer): "\(integer)"
        case .real(let real): "\(real)"
        case .text(let text): text
        case .blob(let bytes): Hex.encode(bytes)
        }
    }
}
