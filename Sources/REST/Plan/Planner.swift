import Diagnostics
import Expressions
import Query
import Schema
import Store
import Values

/// Judges an ``ApiRequest`` against the catalogue and the caller's rights and makes the plan of a
/// read or a write.
struct Planner {
    let catalogue: Catalogue
    let permissions: Permissions
    let settings: RESTSettings
    /// What statements are written in.
    let dialect: any Dialect
    /// Whether they are likely to be run again.
    let use: StatementUse
    let outdated = OutdatedNames()
    private var aliasCount = 0
    private var embedCount = 0
    private var memberCount = 0

    init(
        catalogue: Catalogue, permissions: Permissions, settings: RESTSettings,
        dialect: any Dialect, use: StatementUse = .kept
    ) {
        self.use = use
        self.dialect = dialect
        self.catalogue = catalogue
        self.permissions = permissions
        self.settings = settings
    }

    func model(named name: String) throws(Problem) -> Model {
        if let model = catalogue.model(asked: name) {
            outdated.note(name, model)
            return model
        }
        throw .noTable(
            name, schema: Catalogue.schemaName,
            nearest: nearest(name, in: catalogue.models.map(\.name)))
    }

    /// The plan of what is read: members, embeds, and all that the parameters ask of them.
    ///
    /// - Parameter appliesRootFilters: False for representations of writes, whose rows are chosen
    ///   by the write itself; filters of embeds hold all the same (rest.md §12.3, §12.6).
    mutating func tablePlan(
        _ request: ApiRequest, model: Model, appliesRootFilters: Bool
    ) throws(Problem) -> TablePlan {
        let select = request.select ?? []
        let items = select.isEmpty ? [.all] : select
        var root = try table(model, items: items)
        try apply(request.limits, to: &root) { table, limit in table.limit = limit }
        try apply(request.offsets, to: &root) { table, offset in table.offset = offset }
        for filter in request.filters where appliesRootFilters || !filter.path.isEmpty {
            try Self.descend(filter.path[...], in: &root) { (table) throws(Problem) in
                table.filters.append(try resolve(filter.item, in: table))
            }
        }
        for order in request.orders {
            try Self.descend(order.path[...], in: &root) { (table) throws(Problem) in
                for term in order.item { table.order.append(try orderKey(term, in: table)) }
            }
        }
        if permissions.isService { letIn(deletedOf: &root, isWritten: !appliesRootFilters) }
        return root
    }

    /// The service role finds rows that are deleted softly where it asks for them: where a filter
    /// reads the column that the deletion sets.
    ///
    /// - Parameter isWritten: Whether the rows of the table are what a write has written.
    private func letIn(deletedOf table: inout TablePlan, isWritten: Bool = false) {
        if isWritten || table.looksForDeleted { table.rule = .everybody }
        for index in table.embeds.indices { letIn(deletedOf: &table.embeds[index].table) }
    }

    private func apply<Item>(
        _ parameters: [Addressed<Item>], to root: inout TablePlan,
        _ set: (inout TablePlan, Item) -> Void
    ) throws(Problem) {
        for parameter in parameters {
            try Self.descend(parameter.path[...], in: &root) { (table) throws(Problem) in
                set(&table, parameter.item)
            }
        }
    }

    /// Hands the table at the end of `path` to `change`. An embed goes by its alias; the table's
    /// name of an aliased one is tolerated (rest.md §8.4).
    private static func descend(
        _ path: ArraySlice<String>, in table: inout TablePlan,
        _ change: (inout TablePlan) throws(Problem) -> Void
    ) throws(Problem) {
        guard let name = path.first else {
            try change(&table)
            return
        }
        guard let index = table.embedIndex(name) else { throw .notEmbedded(name) }
        try descend(path.dropFirst(), in: &table.embeds[index].table, change)
    }

    mutating func makeAlias() -> String {
        defer { aliasCount += 1 }
        return Alias.table(aliasCount)
    }

    /// A table and its embeds, without filters, order and window.
    mutating func table(_ model: Model, items: [SelectItem]) throws(Problem) -> TablePlan {
        var table = TablePlan(
            model: model, alias: makeAlias(), rule: permissions.shown(model))
        for item in items {
            switch item {
            case .all: appendAllColumns(to: &table)
            case .field(let field): table.members.append(try member(field, of: model))
            case .embed(let embed): try append(embed, to: &table)
            }
            let membersMax = min(RESTLimits.rowMembersMax, RESTLimits.membersMax - memberCount)
            guard table.members.count <= membersMax else { throw .tooManyMembers }
        }
        memberCount += table.members.count
        try table.giveWayToEmbeds()
        // Anything beside a count would have to be grouped by.
        let counts = table.members.count { if case .rowCount = $0.source { true } else { false } }
        if counts > 0, counts < table.members.count { throw .aggregates }
        return table
    }

    private mutating func append(_ embed: SelectEmbed, to table: inout TablePlan) throws(Problem) {
        if embed.isSpread {
            throw .notImplemented(
                "Spreading '\(embed.target)' into its parent is not supported yet.")
        }
        embedCount += 1
        guard embedCount <= RESTLimits.embedsMax else {
            throw .limit("The request embeds more than \(RESTLimits.embedsMax) resources")
        }
        if table.embeds.contains(where: { $0.key == embed.key }) { throw .repeatedKey(embed.key) }
        let relationship = try relationship(of: table.model, embed)
        let target = try model(named: relationship.target)
        let inner = try self.table(target, items: embed.items)
        let link = try link(relationship)
        table.embeds.append(
            EmbedPlan(
                target: embed.target, alias: embed.alias, link: link, isInner: embed.join == .inner,
                table: inner))
        guard !inner.members.isEmpty else { return }
        table.members.append(
            TablePlan.Member(key: embed.key, type: .json, source: .embed(table.embeds.count - 1)))
    }
}

extension TablePlan {
    /// Leaves out columns that an embed takes the place of, by its target or its alias: PostgREST
    /// sends both, the embed last, and readers of JSON keep the last. An alias or a path is a name
    /// that the client chose, so it may not be an embed's as well.
    fileprivate mutating func giveWayToEmbeds() throws(Problem) {
        for embed in embeds where !embed.isEmpty {
            members.removeAll { [model] in $0.key == embed.key && $0.isPlainColumn(of: model) }
            guard members.count(where: { $0.key == embed.key }) == 1 else {
                throw .repeatedKey(embed.key)
            }
        }
    }

    /// The embed addressed by `name`: by its key, else by the table's name of an aliased one.
    func embedIndex(_ name: String) -> Int? {
        embeds.firstIndex { $0.key == name } ?? embeds.firstIndex { $0.target == name }
    }
}

extension TablePlan.Member {
    /// Whether it is a column under its own name.
    fileprivate func isPlainColumn(of model: Model) -> Bool {
        guard case .column(let field, _) = source else { return false }
        return field.isWholeColumn && model.columns[field.column].name == key
    }
}
