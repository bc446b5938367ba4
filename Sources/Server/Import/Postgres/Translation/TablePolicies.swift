import Expressions
import Schema

/// What the policies and grants of a table let callers do.
struct TablePolicies {
    /// What came of one verb.
    struct Rule {
        /// Judges the row that is there; nil where the verb has nothing to judge before.
        var using: RuleText?
        /// Judges the row as it will be.
        var check: RuleText?
    }

    /// Something that was left out.
    struct Omission {
        let policy: SourcePolicy
        let reason: String
        /// What that means.
        let effect: String
    }

    private let table: SourceTable
    private let database: SourceDatabase
    private(set) var omissions: [Omission] = []

    init(_ table: SourceTable, _ database: SourceDatabase) {
        self.table = table
        self.database = database
    }

    // MARK: Who

    /// Callers without the service key.
    static let everybody: Set = ["anon", "authenticated"]

    /// Which callers have a privilege.
    func callers(_ privilege: String) -> Set<String> {
        guard database.hasGrants else {
            // Policies decide alone where nothing is granted; without them, nothing does.
            return table.isSecured ? Self.everybody : []
        }
        let used = database.usage[table.name.schema, default: []]
        return Self.everybody.filter { role in
            let names = [role, "public"]
            return !used.isDisjoint(with: names)
                && names.contains { table.grants[$0]?.contains(privilege) == true }
        }
    }

    /// That the caller is one of these.
    ///
    /// - Parameter known: the callers that there can be.
    private static func text(
        of callers: Set<String>, among known: Set<String> = everybody
    ) -> RuleText {
        if callers.isSuperset(of: known) { return .yes }
        guard let role = callers.first else { return .no }
        return RuleText("auth.role() = '\(role)'", .comparison)
    }

    /// Roles that no caller without the service key is a member of.
    private static let others: Set = [
        "service_role", "postgres", "supabase_admin", "supabase_auth_admin", "authenticator",
        "supabase_storage_admin", "supabase_realtime_admin", "dashboard_user",
    ]

    /// The callers that a policy is for, of those that have the privilege. Who is a member of
    /// another role is not known: what such a policy forbids is forbidden to all.
    private static func callers(_ policy: SourcePolicy, _ granted: Set<String>) -> Set<String> {
        let known = everybody.union(others)
        if policy.roles.contains("public")
            || policy.isRestrictive && !known.isSuperset(of: policy.roles)
        {
            return granted
        }
        return granted.intersection(policy.roles)
    }

    // MARK: What

    private static func command(_ verb: Verb) -> String {
        switch verb {
        case .read: "select"
        case .create: "insert"
        case .update: "update"
        case .delete: "delete"
        }
    }

    private func policies(_ verb: Verb) -> [SourcePolicy] {
        table.policies.filter { ["all", Self.command(verb)].contains($0.command) }
    }

    /// What is said of a verb; nil where it is for nobody.
    mutating func rule(_ verb: Verb) -> Rule? {
        var granted = callers(Self.command(verb))
        // PostgreSQL changes rows that it has found, and finds those that may be read.
        let isOfFound = verb == .update || verb == .delete
        if isOfFound { granted.formIntersection(readers) }
        guard !granted.isEmpty, !table.isUnclear else { return nil }
        guard table.isSecured else {
            let text = Self.text(of: granted)
            return Rule(
                using: verb == .create ? nil : text,
                check: verb == .create || verb == .update ? text : nil)
        }
        let read = isOfFound ? readJudgement(callers("select")) : nil
        let translator = RuleTranslator(database, .access, of: table)
        var rule = Rule()
        if verb != .create {
            let using = judge(verb, granted, translator) { $0.using }
            let isRead = isReadable(by: verb, granted) { $0.using }
            rule.using = using.text(behind: read, isRead)
        }
        if verb == .create || verb == .update {
            let check = judge(verb, granted, translator) { $0.check ?? $0.using }
            let isRead = isReadable(by: verb, granted) { $0.check ?? $0.using }
            rule.check = check.text(behind: read, isRead)
        }
        if [rule.using, rule.check].contains(.no) { return nil }
        return rule
    }

    /// What the policies of a verb say.
    private struct Judgement {
        /// What one of has to hold.
        var allowing: [RuleText] = []
        /// All of which have to.
        var restricting: [RuleText] = []

        var text: RuleText { .joined([.joined(allowing, by: "or")] + restricting, by: "and") }

        /// What it says together with what the policies of SELECT do: the row that is there has to
        /// pass them, and so has the row that comes of it (manual, "CREATE POLICY").
        ///
        /// - Parameter isRead: whether what it allows is allowed to be read.
        func text(behind read: Judgement?, _ isRead: Bool) -> RuleText {
            guard let read else { return text }
            let readable: [RuleText] = isRead ? [] : [.joined(read.allowing, by: "or")]
            return .joined(
                [.joined(allowing, by: "or")] + readable + restricting + read.restricting,
                by: "and")
        }
    }

    /// What reads a row; what is not translated allows nothing, as told for reading itself.
    private func readJudgement(_ granted: Set<String>) -> Judgement {
        var other = self
        return other.judge(.read, granted, RuleTranslator(database, .access, of: table)) {
            $0.using
        }
    }

    /// The callers who may read some row.
    private var readers: Set<String> {
        let granted = callers("select")
        guard table.isSecured else { return granted }
        return policies(.read).filter { !$0.isRestrictive }
            .reduce(into: []) { $0.formUnion(Self.callers($1, granted)) }
    }

    /// Whether what lets a caller change a row says by its words that it may be read: each policy
    /// has the conditions of one of SELECT among its own, for no more callers.
    private func isReadable(
        by verb: Verb, _ granted: Set<String>, _ part: (SourcePolicy) -> SourceExpression?
    ) -> Bool {
        let readers = callers("select")
        let reads = policies(.read).filter { !$0.isRestrictive }.map { policy in
            (callers: Self.callers(policy, readers), parts: conjuncts(policy.using))
        }
        return policies(verb).filter { !$0.isRestrictive }.allSatisfy { policy in
            let callers = Self.callers(policy, granted)
            // Without a condition it allows nothing.
            guard !callers.isEmpty, let source = part(policy) else { return true }
            guard let parts = conjuncts(source) else { return false }
            return reads.contains { read in
                guard let needed = read.parts else { return false }
                return read.callers.isSuperset(of: callers) && parts.isSuperset(of: needed)
            }
        }
    }

    /// The conditions that all hold where an expression does, as rules; nil where one of them is
    /// not translated.
    private func conjuncts(_ source: SourceExpression?) -> Set<RuleText>? {
        guard let node = source?.node else { return nil }
        let translator = RuleTranslator(database, .access, of: table)
        var texts: Set<RuleText> = []
        for part in node.conjuncts {
            guard let text = try? translator.say(part) else { return nil }
            if text != .yes { texts.insert(text) }
        }
        return texts
    }

    private mutating func judge(
        _ verb: Verb, _ granted: Set<String>, _ translator: RuleTranslator,
        _ part: (SourcePolicy) -> SourceExpression?
    ) -> Judgement {
        var judgement = Judgement()
        for policy in policies(verb) {
            do throws(Untranslated) {
                let said = try Self.say(policy, part(policy), granted, translator)
                if policy.isRestrictive {
                    judgement.restricting.append(said)
                } else {
                    judgement.allowing.append(said)
                }
            } catch {
                let effect =
                    policy.isRestrictive
                    ? "nobody may \(verb.rawValue)" : "it allows nobody to \(verb.rawValue)"
                omissions.append(
                    Omission(policy: policy, reason: error.reason, effect: effect))
                if policy.isRestrictive { judgement.restricting.append(.no) }
            }
        }
        return judgement
    }

    private static func say(
        _ policy: SourcePolicy, _ condition: SourceExpression?, _ granted: Set<String>,
        _ translator: RuleTranslator
    ) throws(Untranslated) -> RuleText {
        let known = translator.callers
        let callers = callers(policy, granted).intersection(known)
        var translator = translator
        translator.callers = callers
        if policy.isRestrictive {
            guard !callers.isEmpty, let condition else { return .yes }
            let said = try translator.rule(condition)
            guard let other = known.subtracting(callers).first else { return said }
            return .joined([text(of: [other], among: known), said], by: "or")
        }
        // Without a condition it allows nothing.
        guard !callers.isEmpty, let condition else { return .no }
        let said = try translator.rule(condition)
        // Who has an id has signed in.
        if callers == ["authenticated"], condition.node?.namesCaller == true { return said }
        return .joined([text(of: callers, among: known), said], by: "and")
    }

    /// What lets a caller read a row, all policies included.
    ///
    /// - Throws: where one of them cannot be said: a part of them may mean more than all.
    func wholeReadRule(by translator: RuleTranslator) throws(Untranslated) -> RuleText {
        let granted = callers("select")
        if table.isUnclear {
            throw Untranslated("it reads \(table.name), whose policies are not understood")
        }
        guard table.isSecured else { return Self.text(of: granted, among: translator.callers) }
        var (allowing, restricting) = ([RuleText](), [RuleText]())
        for policy in policies(.read) {
            do throws(Untranslated) {
                let said = try Self.say(policy, policy.using, granted, translator)
                if policy.isRestrictive { restricting.append(said) } else { allowing.append(said) }
            } catch {
                throw Untranslated(
                    "it reads \(table.name), whose policy \"\(policy.name)\" is not translated "
                        + "(\(error.reason))")
            }
        }
        return .joined([.joined(allowing, by: "or")] + restricting, by: "and")
    }
}

extension SQLNode {
    /// What of it has to hold each by itself.
    fileprivate var conjuncts: [SQLNode] {
        guard case .binary("and", let left, let right) = self else { return [self] }
        return left.conjuncts + right.conjuncts
    }

    /// Whether it holds only for a caller who has an id.
    fileprivate var namesCaller: Bool {
        if case .binary("and", let a, let b) = self { return a.namesCaller || b.namesCaller }
        if case .binary("or", let a, let b) = self { return a.namesCaller && b.namesCaller }
        if case .binary("=", let a, let b) = self { return a.isCaller || b.isCaller }
        if case .test(let a, .null, isNegated: true) = self { return a.isCaller }
        if case .exists(let query) = self { return query.conditions.contains(where: \.namesCaller) }
        if case .inQuery(_, let query) = self {
            return query.conditions.contains(where: \.namesCaller)
        }
        return false
    }

    private var isCaller: Bool {
        if case .query(let query) = self {
            return query.sources.isEmpty && query.columns.count == 1
                && query.columns[0].map(\.isCaller) == true
        }
        if case .cast(let inner, _) = self { return inner.isCaller }
        return self == .call(["auth", "uid"], [])
    }
}
