import Diagnostics
public import Store

/// What separates a database from the declared models: the steps that would make it what they
/// declare, and what no step can.
public struct Difference: Hashable, Sendable {
    /// A difference that no statement of ours overcomes, and what to do about it.
    public struct Refusal: Hashable, Sendable, CustomStringConvertible {
        /// What differs.
        public let reason: String
        /// What the author can do.
        public let advice: String
        /// Where the model file declares the thing, if it does.
        public let location: SourceLocation?
        /// What would have to go for the difference to go.
        let part: SchemaPart

        /// One line, with the place first when there is one.
        public var description: String {
            (location.map { "\($0): " } ?? "") + "\(reason); \(advice)"
        }
    }

    /// One thing that a step does.
    public struct Item: Hashable, Sendable, CustomStringConvertible {
        /// What it does with a thing.
        public enum Action: Hashable, Sendable {
            case add, change, rename, drop

            /// The word before the thing; nothing of what is added.
            fileprivate var wording: String {
                switch self {
                case .add: ""
                case .change: "change of "
                case .rename: "rename of "
                case .drop: "drop of "
                }
            }
        }

        /// What it does.
        public let action: Action
        /// The thing, and how it changes: `table posts`, `posts.n from integer to number`.
        public let what: String
        /// The part that is there then, or is gone.
        public let part: SchemaPart
        /// Where the model file declares the thing, if it does.
        public let location: SourceLocation?
        /// Whether rows or values are lost with it.
        public let loses: Bool
        /// What the author may have meant.
        public let advice: String?

        init(
            action: Action, what: String, part: SchemaPart, location: SourceLocation?,
            loses: Bool = false, advice: String? = nil
        ) {
            self.action = action
            self.what = what
            self.part = part
            self.location = location
            self.loses = loses
            self.advice = advice
        }

        /// In a few words: `column posts.title`, `drop of table old`.
        public var description: String { action.wording + what }

        /// Whether it does nothing but add.
        public var isAddition: Bool { action == .add }
    }

    /// Statements that do one or several things together.
    public struct Step: Hashable, Sendable {
        /// What they do.
        public let items: [Item]
        /// The statements in order.
        public let statements: [ChangeStatement]
        /// Whether they are run with foreign keys off, where the engine can: they make a table
        /// anew, or drop one.
        public let suspendsForeignKeys: Bool
        /// Whether others can go on to use the table only if each statement stands alone, outside
        /// of a transaction.
        public let standsAlone: Bool
        /// What they cost where there are many rows, if anything is to be said of it.
        public let cost: String?

        init(
            _ items: [Item], _ statements: [ChangeStatement], suspendsForeignKeys: Bool = false,
            standsAlone: Bool = false, cost: String? = nil
        ) {
            self.standsAlone = standsAlone
            self.items = items
            self.statements = statements
            self.suspendsForeignKeys = suspendsForeignKeys
            self.cost = cost
        }
    }

    /// What is compared with the models.
    public enum Origin: Sendable {
        case database, migrations

        var wording: String {
            switch self {
            case .database: "the database"
            case .migrations: "Migrations/"
            }
        }
    }

    /// What is to be done, in an order that works.
    public let steps: [Step]
    /// What cannot be done. While there is any, nothing should be applied.
    public let refusals: [Refusal]

    /// Everything that is to be done.
    public var items: [Item] { steps.flatMap(\.items) }

    /// What of it loses rows or values, if there are any.
    public var losses: [Item] { items.filter(\.loses) }

    /// Whether foreign keys are to be off meanwhile, where the engine can.
    public var suspendsForeignKeys: Bool { steps.contains(where: \.suspendsForeignKeys) }

    /// Whether statements are to stand alone, where the engine can.
    public var standsAlone: Bool { steps.contains(where: \.standsAlone) }

    /// Whether nothing is done but to add.
    public var isAdditive: Bool { refusals.isEmpty && items.allSatisfy(\.isAddition) }

    /// Whether the database is as declared.
    public var isEmpty: Bool { steps.isEmpty && refusals.isEmpty }

    /// Compares what a database is with what the models declare.
    ///
    /// - Parameters:
    ///   - origin: what `built` is the structure of.
    ///   - owned: whether a table that no model declares is ours to drop; others are left alone.
    public static func between(
        _ built: DatabaseStructure, from origin: Origin = .database, _ declared: DeclaredTables,
        owned: (SchemaPart) -> Bool = { _ in true }
    ) -> Difference {
        var comparison = StructureComparison(built: built, declared, origin: origin)
        comparison.run(owned: owned)
        return comparison.difference
    }
}
