import Diagnostics
import Disk
import Glibc

/// Which frames of the log were committed in which second: noted by the writer, once a second in
/// which it commits, and kept in a file beside the database, so that it is known of what was
/// committed before a crash too. A value of ``LogArchive``.
struct CommitTimes {
    /// What follows a frame.
    struct Note: Equatable {
        /// What kind of note it is.
        enum Content: Equatable {
            /// What comes after it was committed in this second, or later.
            case second(Int64)
            /// The log with this salt.
            case log(UInt64)
            /// All is archived: the next write may begin a log.
            case restart
        }

        let salt: UInt64
        let frame: Int
        var content: Content
    }

    private let path: String
    private(set) var notes: [Note] = []
    private(set) var second: Int64 = 0
    private var descriptor: Int32 = -1

    private static let noteBytes = 32

    /// Reads what is noted at `path`, if anything is.
    init(path: String) {
        self.path = path
        let bytes = FileSystem.contents(of: path) ?? []
        var rest = bytes[...]
        while rest.count >= Self.noteBytes, let note = Note(rest.prefix(Self.noteBytes)) {
            add(note)
            rest = rest.dropFirst(Self.noteBytes)
        }
    }

    private mutating func add(_ note: Note) {
        notes.append(note)
        if case .second(let second) = note.content { self.second = max(self.second, second) }
    }

    /// Notes that what is committed next is committed in a second, unless that is known. A clock
    /// that was set back is waited for.
    mutating func note(_ now: Int64, salt: UInt64, after frame: Int) {
        guard now > second else { return }
        let note = Note(salt: salt, frame: frame, content: .second(now))
        add(note)
        if descriptor < 0 {
            descriptor = unsafe open(
                path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0o600)
        }
        unsafe _ = note.bytes.withUnsafeBytes {
            unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
        }
        // Once a second. After a power cut a commit would have the second of the one before if it
        // were in the log, and this not here.
        fdatasync(descriptor)
    }

    /// Notes that the next write may begin a log behind the last frame of this one, all of which is
    /// archived. Whoever is killed before `endRestart` finds by this that the log goes on.
    mutating func noteRestart(of salt: UInt64, after frame: Int) {
        add(Note(salt: salt, frame: frame, content: .restart))
        rewrite()
    }

    /// Notes which log has begun; nil where none has.
    mutating func endRestart(_ log: UInt64?) {
        guard let place = notes.firstIndex(where: { $0.content == .restart }) else { return }
        if let log { notes[place].content = .log(log) } else { notes.remove(at: place) }
        rewrite()
    }

    /// Forgets what was committed up to a second: it is in a copy of the database.
    mutating func forget(upTo second: Int64) {
        notes.removeAll { note in
            if case .second(let noted) = note.content { noted <= second } else { true }
        }
        rewrite()
    }

    private mutating func rewrite() {
        close()
        let draft = path + ".part"
        FileSystem.remove(draft)
        guard (try? FileSystem.makeFile(draft, notes.flatMap(\.bytes))) == true else { return }
        try? FileSystem.put(draft, at: path)
    }

    /// Whether a log is known to begin where another one ends.
    func follows(_ salt: UInt64, after old: UInt64, _ frame: Int) -> Bool {
        notes.contains { note in
            guard note.salt == old, note.frame == frame else { return false }
            switch note.content {
            case .second: return false
            case .log(let log): return log == salt
            case .restart: return Self.isNext(salt, after: old)
            }
        }
    }

    /// Whether a log has begun where another one ended: the first half of the salt counts them
    /// (fileformat2.html §4.1).
    static func isNext(_ salt: UInt64, after old: UInt64) -> Bool {
        UInt32(salt >> 32) == UInt32(old >> 32) &+ 1
    }

    /// Forgets what has been used.
    mutating func drop(_ count: Int) { notes.removeFirst(count) }

    mutating func close() {
        if descriptor >= 0 { _ = Glibc.close(descriptor) }
        descriptor = -1
    }
}

extension CommitTimes {
    /// The seconds of transactions, by the frames that end them, which follow what was asked for
    /// before.
    ///
    /// - Parameter second: that of the last one before; then, of the last one.
    /// - Returns: the last frame of each second; and how many notes have been used up.
    func times(
        of commits: [Int], in salt: UInt64, from second: inout Int64
    ) -> (times: [Segment.Time], used: Int) {
        var times: [Segment.Time] = []
        var used = 0
        for frame in commits {
            while used < notes.count, notes[used].salt != salt || notes[used].frame < frame {
                if case .second(let noted) = notes[used].content { second = max(second, noted) }
                used += 1
            }
            if times.last?.second == second { times.removeLast() }
            times.append(Segment.Time(frame: frame, second: second))
        }
        return (times, used)
    }
}

extension CommitTimes.Note {
    fileprivate var bytes: [UInt8] {
        var bytes: [UInt8] = []
        let (kind, value): (UInt64, UInt64) =
            switch content {
            case .second(let second): (1, UInt64(bitPattern: second))
            case .log(let salt): (2, salt)
            case .restart: (3, 0)
            }
        for number in [kind, salt, UInt64(frame), value] { bytes.append(number) }
        return bytes
    }

    /// Reads a note; nil where a power cut has left none.
    fileprivate init?(_ bytes: ArraySlice<UInt8>) {
        let value = bytes.bigEndian64(at: 24)
        switch bytes.bigEndian64(at: 0) {
        case 1: content = .second(Int64(bitPattern: value))
        case 2: content = .log(value)
        case 3: content = .restart
        default: return nil
        }
        salt = bytes.bigEndian64(at: 8)
        frame = Int(bytes.bigEndian64(at: 16))
    }
}
