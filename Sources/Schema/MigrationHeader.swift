import Bytes
import Store

/// What a migration file says of itself, in comments before its first statement: which engine it is
/// for (`-- apus: ENGINE`), how it is to be run, and whether it is as it was generated.
struct MigrationHeader {
    /// How a file is to be run: `-- apus: WORDS`.
    enum Directive: String, CaseIterable {
        /// It cannot run in a transaction.
        case noTransaction = "no transaction"
        /// Tables are made anew: foreign keys are off meanwhile, and checked in the end.
        case foreignKeysOff = "foreign keys off"
        /// What it drops may hold rows and values.
        case destructive

        /// The line that says it.
        var line: String { "-- apus: \(rawValue)" }

        /// Why an engine cannot do so; nil where it can.
        fileprivate func fault(in form: MigrationFileForm) -> String? {
            switch self {
            case .noTransaction:
                form.runsOutsideTransactions
                    ? nil
                    : "\(form.productName) runs each file in a transaction: take this line out"
            case .foreignKeysOff:
                form.suspendsForeignKeys
                    ? nil
                    : "\(form.productName) makes no table anew, and keeps its foreign keys: take "
                        + "this line out"
            case .destructive: nil
            }
        }
    }

    /// A line of the header.
    private struct Line {
        let word: String
        /// Where it stands, in bytes, with its end.
        let range: Range<Int>

        var offset: Int { range.lowerBound }
    }

    /// Where the file names engines.
    private var engines: [Line] = []
    /// The last holds.
    private var engine: Line? { engines.last }
    private var directives: [(directive: Directive, offset: Int)] = []
    private var isGenerated = false
    /// What the statements summed up to when they were generated.
    private(set) var statementsSum: String?

    /// What generated files have always said of themselves at their head.
    static let signature = "written by `apus migrate new`."

    init(_ text: [UInt8]) {
        var rest = text[...]
        if rest.starts(with: Self.byteOrderMark) { rest.removeFirst(Self.byteOrderMark.count) }
        while !rest.isEmpty {
            let line = rest.prefix { $0 != ASCII.lf }
            rest = rest[line.endIndex...].dropFirst()
            let words = String(utf8: line).split { $0.isWhitespace }
            if let first = words.first, !first.hasPrefix("--") { return }
            if words.starts(with: ["--", "apus:"]) {
                read(words.dropFirst(2), at: line.startIndex..<rest.startIndex)
            }
            if words.joined(separator: " ").hasSuffix(Self.signature) { isGenerated = true }
        }
    }

    /// Whether the file says so.
    func says(_ directive: Directive) -> Bool { directives.contains { $0.directive == directive } }

    /// The line that says what generated statements sum up to.
    static func line(summing statements: [String]) -> String {
        "-- apus: \(statementsWord) \(sum(of: statements))"
    }

    private static let statementsWord = "statements"

    /// Tells whether statements were edited.
    static func sum(of statements: [String]) -> String {
        String(FNV1a.hash(Array(statements.joined(separator: ";\n").utf8)), radix: 16)
    }

    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Words of another number are a comment that begins so by chance.
    private mutating func read(_ words: ArraySlice<Substring>, at range: Range<Int>) {
        let word = words.joined(separator: " ")
        if let directive = Directive(rawValue: word) {
            directives.append((directive, range.lowerBound))
        } else if words.count == 2, words.first.map(String.init) == Self.statementsWord {
            statementsSum = words.last.map(String.init)
        } else if words.count == 1 {
            engines.append(Line(word: word, range: range))
        }
    }

    /// The text of a file without the lines that name an engine.
    static func withoutEngine(_ text: [UInt8]) -> [UInt8] {
        var bare = text
        for line in MigrationHeader(text).engines.reversed() { bare.removeSubrange(line.range) }
        return bare
    }

    /// The line that a new file begins with; nil where an engine's files need none.
    static func line(for form: MigrationFileForm) -> String? {
        form.isUnmarked ? nil : mark(of: form)
    }

    /// The line that says which engine a file is for.
    static func mark(of form: MigrationFileForm) -> String { "-- apus: \(form.engine)" }

    /// What to write, and when.
    private static func way(for form: MigrationFileForm) -> String {
        "'\(mark(of: form))' if the file is for \(form.productName)"
    }

    /// Whether the file is meant for an engine: it says so, or was generated without a word of it.
    /// What names no engine and was written by hand may be for any.
    func isMeant(for form: MigrationFileForm) -> Bool {
        engine.map { $0.word == form.engine } ?? (form.isUnmarked && isGenerated)
    }

    /// Why an engine cannot run the file.
    ///
    /// - Parameter others: the other engines that there are; a file for one of them is none of this
    ///   one's.
    func fault(
        against form: MigrationFileForm, beside others: [MigrationFileForm] = []
    ) -> MigrationScript.Fault? {
        if let engine, engine.word != form.engine {
            let ways = ([form] + others).map(Self.way)
            return .init(
                "no engine is called \"\(engine.word)\": write \(ways.joined(separator: ", "))",
                at: engine.offset)
        }
        if engine == nil, let line = Self.line(for: form) {
            let ways = ["'\(line)' on its first line if it is"] + others.map(Self.way)
            return .init(
                "the file does not say that it is for \(form.productName): write "
                    + ways.joined(separator: ", "), at: 0)
        }
        return directives.lazy.compactMap { directive, offset in
            directive.fault(in: form).map { .init($0, at: offset) }
        }.first
    }

    /// The statements that need the line which the file lacks.
    func faults(of script: MigrationScript) -> [MigrationScript.Fault] {
        if says(.noTransaction) { return [] }
        return script.statements.filter(\.standsAlone).map { statement in
            .init(
                "it cannot run in a transaction: move it into a file of its own with the line "
                    + "'\(Directive.noTransaction.line)'", at: statement.offset)
        }
    }
}
