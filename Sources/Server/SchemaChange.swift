import Configuration
import Schema

/// What a save of schema files means for a server that runs on them: what it takes at once, and
/// what waits for its next start.
struct SchemaChange {
    /// In force now.
    private(set) var taken: [String] = []
    /// In force from the next start on.
    private(set) var waiting: [String] = []
    /// What waited, and is again as it was at the start.
    private(set) var settled: [String] = []

    /// Whether the files say what they said before.
    var isEmpty: Bool { taken.isEmpty && waiting.isEmpty && settled.isEmpty }

    /// What `now` says otherwise than `before`.
    ///
    /// - Parameter started: what the server was started on.
    init(from before: SchemaSet, to now: SchemaSet, startedOn started: SchemaSet) {
        let files = [before, now, started].map { schemas in
            Dictionary(schemas.catalogue.sources.map { ($0.name, $0) }) { first, _ in first }
        }
        for name in Set(files[0].keys).union(files[1].keys).sorted() {
            guard let effect = (files[1][name] ?? files[0][name])?.effect else { continue }
            note(
                name, effect, isSame: Self.same(files[0][name], files[1][name]),
                isAsStarted: Self.same(files[2][name], files[1][name]))
        }
        for setting in Setting.all {
            note(
                "\(setting.name) of project.json", setting.effect,
                isSame: setting.isSame(in: before.settings, and: now.settings),
                isAsStarted: setting.isSame(in: started.settings, and: now.settings))
        }
    }

    private mutating func note(_ name: String, _ effect: Effect, isSame: Bool, isAsStarted: Bool) {
        switch (effect, isSame, isAsStarted) {
        case (_, true, _): return
        case (.onReload, false, _): taken.append(name)
        case (.onRestart, false, false): waiting.append(name)
        case (.onRestart, false, true): settled.append(name)
        }
    }

    /// Whether two versions of a file say the same; nil is a file that is not there.
    private static func same(_ one: SchemaSource?, _ other: SchemaSource?) -> Bool {
        switch (one, other) {
        case (nil, nil): true
        case (let one?, let other?): one.saysTheSame(as: other)
        case (nil, _?), (_?, nil): false
        }
    }
}
