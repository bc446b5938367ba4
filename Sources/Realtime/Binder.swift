import Bytes
import Diagnostics
import Expressions
import Query
import Schema
import Store
import Values

/// A binding that has been judged against the catalogue and the rights of its channel.
struct ResolvedBinding {
    let feed: ModelFeed
    let event: BindingRequest.Event
    let filter: BindingFilter?
    let projection: Projection.Key
}

/// A binding whose place in the join is known, and which rows it can be for.
struct LiveBinding {
    let ordinal: Int
    let binding: ResolvedBinding
    /// Nil if for none.
    let reach: Reach?
}

/// Judges bindings of clients. What is wrong with one is told in the `system` message's words.
struct Binder {
    /// The watched models by name.
    let feeds: [String: ModelFeed]
    /// Which of their deletions are soft.
    let softDeletes: SoftDeletes
    /// What they are called now, by the names they had before.
    let formerNames: [String: String]
    /// For each, the columns that only the service role is shown: those with a read rule of their
    /// own. A feed would have to ask that rule for each listener and column.
    let hidden: [String: Set<Int>]
    /// All models of the catalogue, for suggestions.
    let modelNames: [String]
    /// The filters that have been judged against them.
    private let known = KnownFilters()

    init(
        feeds: [String: ModelFeed], formerNames: [String: String] = [:],
        hidden: [String: Set<Int>], modelNames: [String]
    ) {
        self.feeds = feeds
        softDeletes = SoftDeletes(feeds.values)
        self.formerNames = formerNames
        self.hidden = hidden
        self.modelNames = modelNames
    }

    /// The models a binding listens to; an item may name one, all of a schema, or all.
    func resolve(_ request: BindingRequest, isService: Bool) throws(Problem) -> [ResolvedBinding] {
        guard request.schema != nil || request.table != nil else {
            throw Self.unusable("Please provide schema and table", request)
        }
        guard let event = request.event else {
            throw Self.unusable("There is no event '\(request.eventText)'", request)
        }
        let everything = BindingRequest.everything
        let schema = request.schema ?? Catalogue.schemaName
        guard schema == Catalogue.schemaName || schema == everything else {
            throw Self.unusable(
                "There is no schema '\(schema)'; models are in '\(Catalogue.schemaName)'", request)
        }
        guard let table = request.table, table != everything, schema != everything else {
            guard request.filter == nil, request.selection == .all else {
                throw Self.unusable("filter and select need a schema and a table", request)
            }
            return feeds.values.sorted { $0.model.name < $1.model.name }.map {
                ResolvedBinding(
                    feed: $0, event: event, filter: nil,
                    projection: Projection.Key(
                        selected: nil, hidden: hidden(from: isService, $0.model)))
            }
        }
        guard let feed = feeds[formerNames[table] ?? table] else { throw unknown(table, request) }
        return [try resolve(request, event, feed: feed, isService: isService)]
    }

    private func resolve(
        _ request: BindingRequest, _ event: BindingRequest.Event, feed: ModelFeed, isService: Bool
    ) throws(Problem) -> ResolvedBinding {
        let hidden = hidden(from: isService, feed.model)
        let selected = try Self.selected(request, feed.model, hidden: hidden)
        return ResolvedBinding(
            feed: feed, event: event,
            filter: try filter(request.filter, feed.model, isService: isService),
            projection: Projection.Key(selected: selected, hidden: hidden))
    }

    /// The filter of a binding; nil if it has none, or its text says nothing.
    private func filter(
        _ text: String?, _ model: Model, isService: Bool
    ) throws(Problem) -> BindingFilter? {
        guard let text else { return nil }
        let key = KnownFilters.Key(
            table: model.name, text: ExactText(text), isService: isService)
        if let filter = known.filter(key) { return filter }
        let hidden = hidden(from: isService, model)
        guard let predicate = try Self.predicate(text, model, hidden: hidden) else { return nil }
        let filter = BindingFilter(key.text, predicate)
        known.insert(filter, for: key)
        return filter
    }

    private static func predicate(
        _ text: String, _ model: Model, hidden: Set<Int>
    ) throws(Problem) -> Predicate? {
        let filter: Filter?
        do throws(FeedFilterFault) {
            filter = try FeedFilter.parse(text)
        } catch {
            throw unparsable(error.reason)
        }
        do throws(Problem) {
            return try filter?.resolved(for: model, in: FilterScope(hidden: hidden)).predicate
        } catch {
            throw unparsable(error.reason)
        }
    }

    private static func selected(
        _ request: BindingRequest, _ model: Model, hidden: Set<Int>
    ) throws(Problem) -> [Int]? {
        switch request.selection {
        case .all: return nil
        case .malformed: throw unusable("select must be a list of column names", request)
        case .columns(let names):
            var columns: Set<Int> = []
            for name in names {
                guard let column = model.columnIndex(asked: name), !hidden.contains(column) else {
                    let shown = model.columns.indices.filter { !hidden.contains($0) }
                    let near = nearest(name, in: shown.map { model.columns[$0].name })
                    let hint = near.map { ", did you mean '\($0)'?" } ?? ""
                    throw unusable("column '\(name)' does not exist\(hint)", request)
                }
                columns.insert(column)
            }
            return columns.sorted()
        }
    }

    private func hidden(from isService: Bool, _ model: Model) -> Set<Int> {
        isService ? [] : hidden[model.name] ?? []
    }

    private func unknown(_ table: String, _ request: BindingRequest) -> Problem {
        if modelNames.contains(table) {
            return Self.unusable("Realtime is not enabled for '\(table)'", request)
        }
        let hint = nearest(table, in: feeds.keys.sorted()).map { ", did you mean '\($0)'?" } ?? ""
        return Self.unusable("There is no model '\(table)'\(hint)", request)
    }

    private static func unparsable(_ reason: String) -> Problem {
        var text: [UInt8] = []
        text.append(jsonString: reason)
        return Problem(
            code: "UnableToSubscribe", status: 400,
            message: "Error parsing `filter` params: [\(String(utf8: text))]")
    }

    /// What is said of a binding that is not served.
    static func unusable(_ reason: String, _ request: BindingRequest) -> Problem {
        Problem(
            code: "UnableToSubscribe", status: 400,
            message: """
                Unable to subscribe to changes with given parameters. \(reason): \
                [event: \(request.eventText), schema: \(request.schema ?? Catalogue.schemaName), \
                table: \(request.table ?? BindingRequest.everything), \
                filter: \(request.filter ?? "")]
                """)
    }
}

extension Binder {
    /// The feeds of a catalogue's watched models, without listeners.
    init(_ catalogue: Catalogue, _ rulebook: Rulebook, showsOldRows: Bool) {
        var feeds: [String: ModelFeed] = [:]
        var hidden: [String: Set<Int>] = [:]
        for model in catalogue.models where model.realtime != nil {
            feeds[model.name] = ModelFeed(
                model, rule: rulebook.rule(model.name, .read)?.using, showsOldRows: showsOldRows)
            hidden[model.name] = Set(
                model.columns.indices.filter { column in
                    let rule = rulebook.columnRule(model.name, column, .read)
                    return rule != nil && rule?.constant != true
                })
        }
        for feed in feeds.values {
            let models = feed.modelsRead
            let watched = models.compactMap { feeds[$0] }
            feed.dependencies = watched.count == models.count ? watched : nil
        }
        self.init(
            feeds: feeds,
            formerNames: catalogue.formerNames, hidden: hidden,
            modelNames: catalogue.models.map(\.name))
    }
}
