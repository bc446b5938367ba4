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

    /// What has ended a wait.
    enum Wake {
        /// Files have changed, and nothing has followed.
        case changed
        /// The other descriptor can be read.
        case readable
        /// Nothing, for so long as was to be waited.
        case paused
        /// ``stop()``.
        case stopped
    }

    /// Waits for the next change. For a thread of its own.
    ///
    /// - Parameters:
    ///   - milliseconds: How long; -1 for no end.
    ///   - other: What ends the wait, too, where it can be read.
    func wait(milliseconds: Int32, orFor other: Int32? = nil) -> Wake {
        var wake = wakeUp(milliseconds, other)
        guard wake == .changed else { return wake }
        repeat {
            drain()
            watchFolders()
            wake = wakeUp(Self.quietMilliseconds, nil)
        } while wake == .changed
        return wake == .stopped ? .stopped : .changed
    }

    /// Ends every wait, from any thread.
    func stop() { eventfd_write(stopping, 1) }

    private func wakeUp(_ milliseconds: Int32, _ other: Int32?) -> Wake {
        // poll(2) passes over a negative descriptor.
        var requests = [stopping, events, other ?? -1].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        let count = uninterrupted { unsafe poll(&requests, nfds_t(requests.count), milliseconds) }
        if count <= 0 { return .paused }
        if requests[0].revents != 0 { return .stopped }
        return requests[1].revents != 0 ? .changed : .readable
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
