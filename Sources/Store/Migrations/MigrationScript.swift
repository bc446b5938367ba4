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
        /// Whether all it does is to add a table, an index or a column.
        public var isAdditive = false
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
        /// The index that it leaves behind, of no use to anybody, if it fails; as SQL spells it.
        public var unfinishedIndex: String?

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

    /// A script.
    public init(_ statements: [Statement], faults: [Fault]) {
        self.statements = statements
        self.faults = faults
    }

    /// Whether every statement only adds a table, an index or a column.
    public var isAdditive: Bool { statements.allSatisfy(\.isAdditive) }
}
