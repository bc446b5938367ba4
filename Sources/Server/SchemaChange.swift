import Configuration
import Schema

/// What a save of schema files means for a server that runs on them: what it takes at once, and
/// what waits for its next start.
struct SchemaChange {
    /// In force now.
    private(set) var taken: [String] = []
    /// There no more, from now on.
    private(set) var gone: [String] = []
    /// In force from the next start on.
    private(set) var waiting: [String] = []
    /// What waited, and is again as it was at the start.
    private(set) var settled: [String] = []

    /// Whether the files say what they said before.
    var isEmpty: Bool { inForce.isEmpty && waiting.isEmpty && settled.isEmpty }

    /// All that changes what is served now.
    var inForce: [String] { taken + gone }

    /// What `now` says otherwise than `before`.
    ///
    /// - Parameter started: what the server was started on.
    init(from before: SchemaSet, to now: SchemaSet, startedOn started: SchemaSet) {
        let (old, new) = (SourceSnapshot(before), SourceSnapshot(now))
        let first = SourceSnapshot(started)
        for name in new.names(changedFrom: old) {
            guard let effect = new.effect(of: name) ?? old.effect(of: name) else { continue }
            if effect == .onReload, new.effect(of: name) == nil {
                gone.append(name)
            } else {
                note(name, effect, isAsStarted: new.isSame(name, as: first))
            }
        }
        for setting in Setting.all where !setting.isSame(in: before.settings, and: now.settings) {
            note(
                "\(setting.name) of project.json", setting.effect,
                isAsStarted: setting.isSame(in: started.settings, and: now.settings))
        }
    }

    private mutating func note(_ name: String, _ effect: Effect, isAsStarted: Bool) {
        switch (effect, isAsStarted) {
        case (.onReload, _): taken.append(name)
        case (.onRestart, false): waiting.append(name)
        case (.onRestart, true): settled.append(name)
        }
    }
}
