import Bytes
import Diagnostics
import Disk

/// The folder of an archive. In it each chain has a folder of its own, called after when it began;
/// in that are copies of the database (`INDEX-SECOND-SUM.db`: as it was after the segment of that
/// index) and segments (`INDEX.wal`), which follow one another without a gap.
struct ArchiveFolder {
    let path: String

    /// The chains, the oldest first.
    func chains() throws(Problem) -> [ArchiveChain] {
        guard FileSystem.exists(path) else { return [] }
        guard let names = FileSystem.names(in: path) else { throw .file("read", path) }
        return names.compactMap { ArchiveChain(named: $0, in: path) }
            .sorted { ($0.begin, $0.number) < ($1.begin, $1.number) }
    }

    /// Makes the folder of a chain that begins now.
    func makeChain(at second: Int64) throws(Problem) -> ArchiveChain {
        let number = try chains().filter { $0.begin == second }.map(\.number).max() ?? 0
        let chain = ArchiveChain(in: path, begin: second, number: number + 1)
        try FileSystem.makeFolder(chain.path)
        FileSystem.synchroniseFolder(around: chain.path)
        return chain
    }

    /// The last second of which anything is known to be in it; 0 where nothing is. A chain that
    /// begins is called after no earlier one, whatever the clock says.
    func second() throws(Problem) -> Int64 {
        guard let chain = try chains().last else { return 0 }
        // Of one that is damaged, what can be read of it: nobody goes on with it.
        return max(chain.begin, (try? chain.end()) ?? 0, (try? chain.second()) ?? 0)
    }

    /// Removes what nobody needs who restores to `moment` or later, and what is left of copies that
    /// came to nothing.
    func drop(before moment: Int64) throws(Problem) {
        var isNeeded = true
        for chain in try chains().reversed() {
            FileSystem.remove(chain.draft)
            guard isNeeded else {
                chain.remove()
                continue
            }
            // Of one that cannot be read nothing is removed.
            do throws(Problem) { try chain.drop(before: moment) } catch { continue }
            if let base = try chain.bases().first, base.second < moment { isNeeded = false }
        }
    }
}

/// A number as names have it, which are then in its order.
func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 10 - digits.count)) + digits
}

/// What follows a copy of the database without a gap: in a folder `chain-SECOND`, and
/// `chain-SECOND-NUMBER` from the second on that began in that second.
struct ArchiveChain: Equatable {
    let path: String
    /// The second in which it began.
    let begin: Int64
    /// The how many that is of those, from 1 on.
    let number: Int

    init(in folder: String, begin: Int64, number: Int) {
        path = "\(folder)/chain-\(padded(Int(begin)))" + (number == 1 ? "" : "-\(number)")
        self.begin = begin
        self.number = number
    }

    /// The one whose folder has a name; nil where that is none's.
    init?(named name: String, in folder: String) {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts[0] == "chain",
            let begin = Int64(archived: parts[1]),
            let number = parts.count == 2 ? 1 : Self.index(parts[2])
        else { return nil }
        path = "\(folder)/\(name)"
        self.begin = begin
        self.number = number
    }

    /// A copy of the database in the chain.
    struct Base: Equatable {
        let path: String
        /// The segment after which it was made.
        let index: Int
        /// The second of the last transaction in it.
        let second: Int64
        /// The checksum of its bytes.
        let sum: UInt64
    }

    /// The copies of the database, the oldest first.
    func bases() throws(Problem) -> [Base] {
        try names().compactMap { name in
            guard name.hasSuffix(".db") else { return nil }
            let parts = name.dropLast(3).split(separator: "-")
            guard parts.count == 3, let index = Self.index(parts[0]),
                let second = Int64(archived: parts[1]), let sum = UInt64(parts[2], radix: 16)
            else { return nil }
            return Base(path: "\(path)/\(name)", index: index, second: second, sum: sum)
        }
    }

    /// What a name counts with; nil where it is no number that others can come after.
    private static func index(_ digits: Substring) -> Int? {
        Int(digits).flatMap { (0...Segment.indexMax).contains($0) ? $0 : nil }
    }

    /// The indexes of the segments, rising.
    func segments() throws(Problem) -> [Int] {
        try names().compactMap { $0.hasSuffix(".wal") ? Self.index($0.dropLast(4)) : nil }
    }

    private func names() throws(Problem) -> [String] {
        guard let names = FileSystem.names(in: path) else { throw .file("read", path) }
        return names
    }

    func segmentPath(_ index: Int) -> String { "\(path)/\(padded(index)).wal" }

    func basePath(_ index: Int, _ second: Int64, _ sum: UInt64) -> String {
        "\(path)/\(padded(index))-\(padded(Int(second)))-\(String(sum, radix: 16)).db"
    }

    var draft: String { path + "/base.part" }

    private var endPath: String { path + "/end" }

    /// Whether nothing is to follow in it.
    var isClosed: Bool { FileSystem.exists(endPath) }

    /// The second in which the server that wrote it was stopped, if all is in it that was written
    /// until then.
    func end() throws(Problem) -> Int64? {
        guard isClosed else { return nil }
        let digits = String(utf8: FileSystem.contents(of: endPath) ?? [])
        guard let second = Int64(archived: digits[...]) else {
            throw .archiveDamaged(endPath, "it names no second")
        }
        return second
    }

    /// Notes that nothing follows in it.
    func close(at second: Int64) throws(Problem) {
        try FileSystem.makeWhole(endPath, Array(String(second).utf8))
    }

    /// The second of the last transaction; nil where that cannot be read.
    func second() throws(Problem) -> Int64? {
        guard let last = try segments().last else { return try bases().last?.second }
        return (try? segment(last))?.second
    }

    /// What is said of a segment.
    ///
    /// - Throws: 58030 where it cannot be read, `archive_damaged` where it is no sound one.
    func segment(_ index: Int) throws(Problem) -> Segment {
        let path = segmentPath(index)
        let range = FileRange(try OpenFile(path))
        // Longer where the seconds of many transactions stand in it.
        for room in [4096, range.byteCount] {
            let bytes = try range.bytes(0..<min(room, range.byteCount), called: path)
            if let segment = Segment(bytes[...]) {
                guard segment.index == index, segment.byteCount == range.byteCount else { break }
                return segment
            }
        }
        throw .archiveDamaged(path, "it is not whole")
    }

    /// Writes a segment so that it is there whole or not at all.
    func write(_ segment: Segment, _ frames: ArraySlice<UInt8>) throws(Problem) {
        let path = segmentPath(segment.index)
        let draft = path + ".part"
        FileSystem.remove(draft)
        guard try FileSystem.makeFile(draft, segment.bytes + frames) else {
            throw .file("create", draft)
        }
        try FileSystem.put(draft, at: path)
    }

    /// Removes copies, and segments before them, that nobody needs who restores to `moment` or
    /// later. The last segment stays: it says where the chain goes on.
    func drop(before moment: Int64) throws(Problem) {
        let bases = try bases()
        guard let first = bases.last(where: { $0.second < moment }) ?? bases.first else { return }
        for base in bases where base.index < first.index { FileSystem.remove(base.path) }
        for index in try segments() where index < first.index {
            FileSystem.remove(segmentPath(index))
        }
    }

    fileprivate func remove() { FileSystem.removeFolder(path) }
}

extension Int64 {
    /// Up to when a second can be told, which is the end of the year 9999.
    static let archivedSecondMax: Int64 = 253_402_300_799

    /// A second that a name or a file of an archive tells; nil where that is none.
    init?(archived digits: Substring) {
        guard let second = Int64(digits), (0...Self.archivedSecondMax).contains(second) else {
            return nil
        }
        self = second
    }
}

extension FileRange {
    /// Bytes of the file.
    ///
    /// - Throws: 58030 where it is shorter, or cannot be read.
    func bytes(_ range: Range<Int>, called path: String) throws(Problem) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        var done = 0
        while done < range.count {
            let count = unsafe bytes.withUnsafeMutableBytes {
                unsafe read(
                    from: range.lowerBound + done, into: .init(rebasing: $0[done...]))
            }
            if count < 0 { throw .file("read", path) }
            if count == 0 { throw .file("read", path, reason: "it ends too early") }
            done += count
        }
        return bytes
    }
}

extension Problem {
    /// A file of an archive that is missing or not what was written.
    static func archiveDamaged(_ path: String, _ reason: String) -> Problem {
        Problem(
            code: "archive_damaged", status: 500,
            message: "\(path) of the archive cannot be used: \(reason).",
            hint: "Nothing was changed. 'apus restore --list' shows what can be restored.")
    }
}
