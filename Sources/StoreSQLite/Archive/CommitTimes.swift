import Diagnostics

/// Which frames of the log were committed in which second. A value of ``CommitNotes``.
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

    private(set) var notes: [Note] = []
    private(set) var second: Int64 = 0

    /// None.
    init() {}

    /// Reads notes. What is none is left out, as a power cut leaves one, or who writes over it.
    init(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while rest.count >= Note.byteCount {
            if let note = Note(rest.prefix(Note.byteCount)) { add(note) }
            rest = rest.dropFirst(Note.byteCount)
        }
    }

    /// All notes, to be read again.
    var bytes: [UInt8] { notes.flatMap(\.bytes) }

    private mutating func add(_ note: Note) {
        notes.append(note)
        if case .second(let second) = note.content { self.second = max(self.second, second) }
    }

    /// Notes that what is committed next is committed in a second, unless that is known. A clock
    /// that was set back is waited for.
    ///
    /// - Returns: the note; nil where it is known.
    mutating func note(_ now: Int64, salt: UInt64, after frame: Int) -> Note? {
        guard now > second else { return nil }
        let note = Note(salt: salt, frame: frame, content: .second(now))
        add(note)
        return note
    }

    /// Notes that the next write may begin a log behind the last frame of this one, all of which is
    /// archived. Whoever is killed before `endRestart` finds by this that the log goes on.
    mutating func noteRestart(of salt: UInt64, after frame: Int) {
        add(Note(salt: salt, frame: frame, content: .restart))
    }

    /// Notes which log has begun; nil where none has.
    mutating func endRestart(_ log: UInt64?) {
        guard let place = notes.firstIndex(where: { $0.content == .restart }) else { return }
        if let log { notes[place].content = .log(log) } else { notes.remove(at: place) }
    }

    /// Forgets what was committed up to a second: it is in a copy of the database.
    mutating func forget(upTo second: Int64) {
        notes.removeAll { note in
            if case .second(let noted) = note.content { noted <= second } else { true }
        }
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
    /// The bytes of each: four numbers and their checksum.
    static let byteCount = 40

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        let (kind, value): (UInt64, UInt64) =
            switch content {
            case .second(let second): (1, UInt64(bitPattern: second))
            case .log(let salt): (2, salt)
            case .restart: (3, 0)
            }
        for number in [kind, salt, UInt64(frame), value] { bytes.append(number) }
        bytes.append(Self.sum(of: bytes[...]))
        return bytes
    }

    private static func sum(of bytes: ArraySlice<UInt8>) -> UInt64 {
        var sum = LogSum()
        sum.add(bytes, isBigEndian: true)
        return sum.number
    }

    /// Reads a note; nil where there is none.
    fileprivate init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.bigEndian64(at: 32) == Self.sum(of: bytes.prefix(32)),
            let frame = UInt32(exactly: bytes.bigEndian64(at: 16))
        else { return nil }
        let value = bytes.bigEndian64(at: 24)
        switch bytes.bigEndian64(at: 0) {
        case 1:
            guard value <= Int64.archivedSecondMax else { return nil }
            content = .second(Int64(value))
        case 2: content = .log(value)
        case 3: content = .restart
        default: return nil
        }
        salt = bytes.bigEndian64(at: 8)
        self.frame = Int(frame)
    }
}
