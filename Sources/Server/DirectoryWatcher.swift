import CLinux
import Diagnostics
import Glibc

/// Tells when a schema or migration file has changed (inotify(7)), for development.
final class DirectoryWatcher: Sendable {
    /// Editors write a file in several steps: a change counts when nothing followed for this long.
    private static let quietMilliseconds: Int32 = 60

    private let project: String
    private let folders: [String]
    private let events: Int32
    private let stopping: Int32

    /// Watches the folders of a project, also those that appear later.
    init(project: String, schemas: String, migrations: String) throws(Problem) {
        self.project = project
        folders = ["", "/models", "/seeds", "/queries"].map { schemas + $0 } + [migrations]
        events = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        stopping = eventfd(0, Int32(EFD_CLOEXEC))
        guard events >= 0, stopping >= 0 else {
            throw Problem(
                code: "58000", status: 500,
                message: "Cannot watch \(project): \(systemMessage(errno)).")
        }
        watchFolders()
    }

    deinit {
        close(events)
        close(stopping)
    }

    /// Waits for the next change, or for so long; false after `stop()`. For a thread of its own.
    ///
    /// - Parameter milliseconds: -1 for no end.
    func waitForChange(within milliseconds: Int32) -> Bool {
        guard wait(milliseconds: milliseconds) else { return !isStopped }
        repeat {
            drain()
            watchFolders()
        } while wait(milliseconds: Self.quietMilliseconds)
        return !isStopped
    }

    /// Ends every wait, from any thread.
    func stop() { eventfd_write(stopping, 1) }

    private var isStopped: Bool {
        var request = pollfd(fd: stopping, events: Int16(POLLIN), revents: 0)
        return unsafe poll(&request, 1, 0) > 0
    }

    /// Whether an event came in time; false on stop.
    private func wait(milliseconds: Int32) -> Bool {
        var requests = [
            pollfd(fd: events, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stopping, events: Int16(POLLIN), revents: 0),
        ]
        let count = uninterrupted { unsafe poll(&requests, 2, milliseconds) }
        return count > 0 && requests[1].revents == 0
    }

    private func drain() {
        var buffer = [UInt8](repeating: 0, count: 4096)
        var count: Int
        repeat { count = unsafe read(events, &buffer, buffer.count) } while count > 0
    }

    private func watchFolders() {
        let mask = UInt32(IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)
        for folder in folders { unsafe _ = inotify_add_watch(events, folder, mask) }
        // Only for folders that appear: other files are none of ours.
        unsafe _ = inotify_add_watch(events, project, UInt32(IN_CREATE | IN_MOVED_TO | IN_ONLYDIR))
    }
}
