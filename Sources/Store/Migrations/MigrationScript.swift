/// The text of a migration file as an engine reads it: its statements, and what each of them does
/// as far as anybody asks before it runs.
public struct MigrationScript: Sendable {
    /// What cannot stand in a migration file, and where.
    public struct Fault: Hashable, Sendable {
        /// What is wrong.
        public let message: String
        /// Where it stands, in bytes.
        public let offset: Int

        /// A fault.
        public init(_ message: String, at offset: Int) {
            self.message = message
            self.offset = offset
        }
    }

    /// Why a statement is not run.
    public struct Refusal: Hashable, Sendable {
        /// What is wrong.
        public let message: String
        /// What the author can write instead.
        public let wayOut: String
        /// Where it stands, in bytes.
        public let offset: Int

        /// A refusal.
        public init(_ message: String, wayOut: String, at offset: Int) {
            self.message = message
            self.wayOut = wayOut
            self.offset = offset
        }
    }

    /// A statement.
    public struct Statement: Hashable, Sendable {
        /// Its text, without the semicolon.
        public let text: String
        /// Where it starts, in bytes.
        public let offset: Int
        /// Whether all it does is to make, change or drop tables and indexes: no row is written.
        public var isStructural = false
        /// Whether it may drop a table or a column.
        public var mayDrop = false
        /// What it names, in lower case, if it drops a table.
        public var droppedNames: [String] = []
        /// Whether it deletes rows in the way of new ones without being a DELETE.
        public var replacesRows = false
        /// Why it is not run.
        public var refusal: Refusal?
        /// Whether the engine cannot run it in a transaction.
        public var standsAlone = false
        /// What is said of the rows that it finds, if it is a query that is to find none: they
        /// stand in the way of what follows. In a comment before it (``expectationMark``).
        public fileprivate(set) var expectation: String?
        /// The index that it leaves behind, of no use to anybody, if it fails; as SQL spells it.
        public var unfinishedIndex: String?
        /// Whether it sets something for those that follow it in the session.
        public var isSetting = false
        /// The table that it changes in a moment, keeping others from it: statements that change
        /// one in a row may share a transaction.
        public var momentaryTable: String?

        /// A statement of which nothing is known.
        public init(_ text: String, at offset: Int) {
            self.text = text
            self.offset = offset
        }
    }

    /// The statements in order.
    public let statements: [Statement]
    /// What makes the file one that is not even loaded.
    public let faults: [Fault]

    /// What stands before a query that is to find no rows, and what is said of those that it finds.
    public static let expectationMark = "-- apus: expect none: "

    /// A script.
    ///
    /// - Parameter text: what it was cut from, where comments say more of the statements.
    public init(_ statements: [Statement], faults: [Fault], of text: [UInt8]) {
        var end = text.startIndex
        self.statements = statements.map { statement in
            var statement = statement
            let before = String(decoding: text[end..<max(end, statement.offset)], as: UTF8.self)
            statement.expectation = Self.expectation(in: before)
            end = min(statement.offset + statement.text.utf8.count, text.endIndex)
            return statement
        }
        self.faults = faults
    }

    private static func expectation(in comments: String) -> String? {
        let line = comments.split(separator: "\n").last { $0.hasPrefix(expectationMark) }
        return line.map { String($0.dropFirst(expectationMark.count)) }
    }

    /// Whether every statement only makes, changes or drops tables and indexes.
    public var isStructural: Bool { statements.allSatisfy(\.isStructural) }
}
