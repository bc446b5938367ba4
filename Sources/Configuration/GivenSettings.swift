public import Bytes
import Diagnostics

/// Values that were given to settings, each with its source. What nobody has given keeps the
/// default.
public struct GivenSettings: Sendable {
    private struct Given: Sendable {
        let source: SettingSource
        let assign: Setting.Assignment
        /// What stood behind a flag, as it may be shown; nil for what no flag gave, and secrets.
        var shown: String?
        /// The value in `project.json`, and where what is inside of it stands; nil for texts.
        var inside: (value: JSONValue, locate: @Sendable (JSONValue) -> String)?
    }

    /// A way from a value of `project.json` to something inside of it.
    typealias Part = (JSONValue) -> JSONValue?

    /// By the setting's name.
    private var values: [String: Given] = [:]

    /// Nothing given.
    public init() {}

    /// What the environment gives to `settings`. An empty variable gives nothing, but for a secret:
    /// without it something would stand open that was to be closed.
    ///
    /// - Throws: `SettingFault` naming the variable whose value is none.
    public init(
        environment: [String: String], of settings: [Setting]
    ) throws(SettingFault) {
        for setting in settings {
            guard let text = environment[setting.variable] else { continue }
            guard !text.isEmpty else {
                if setting.isSecret { throw .empty(setting) }
                continue
            }
            try give(setting, text, from: .variable(setting.variable))
        }
    }

    /// Gives a setting the value of its flag. A later flag overrules an earlier one.
    ///
    /// - Throws: `SettingFault` naming the flag when the text is no value, or the variable of a
    ///   setting without a flag.
    public mutating func give(_ setting: Setting, flag text: String) throws(SettingFault) {
        guard let flag = setting.flag else {
            throw SettingFault(message: "\(setting) is given by \(setting.variable) alone")
        }
        try give(setting, text, from: .flag(flag))
    }

    /// Gives a setting a value of `project.json`, which must be one (``Setting/accepts(_:)``).
    ///
    /// - Parameters:
    ///   - place: the value's `file:line:column`.
    ///   - locate: that of a value inside of it.
    public mutating func give(
        _ setting: Setting, _ value: JSONValue, at place: String,
        locating locate: (@Sendable (JSONValue) -> String)? = nil
    ) {
        guard let assign = setting.assignment(of: value) else { return }
        values[setting.name] = Given(
            source: .file(place), assign: assign,
            inside: locate.map { (value, $0) })
    }

    private mutating func give(
        _ setting: Setting, _ text: String, from source: SettingSource
    ) throws(SettingFault) {
        let assign = try setting.assignment(of: text, from: source)
        var given = Given(source: source, assign: assign)
        if case .flag = source, !setting.isSecret {
            given.shown = DatabaseAddress(text)?.description ?? text
        }
        values[setting.name] = given
    }

    /// These values where there are any, and else those of `lower`.
    public func over(_ lower: GivenSettings) -> GivenSettings {
        var both = lower
        both.values.merge(values) { _, upper in upper }
        return both
    }

    /// Who has given a setting its value.
    public func source(of setting: Setting) -> SettingSource {
        values[setting.name]?.source ?? .standard
    }

    /// The flags that were given and their values, for whoever is told how to give them again:
    /// without passwords.
    public var flags: [(name: String, value: String)] {
        Setting.all.compactMap { setting in
            guard let given = values[setting.name], case .flag(let name) = given.source,
                let text = given.shown
            else { return nil }
            return (name, text)
        }
    }

    /// Where a part of a setting's value stands, or who has given it as a whole.
    func place(of setting: Setting, _ part: Part) -> String {
        guard let inside = values[setting.name]?.inside, let part = part(inside.value) else {
            return "\(source(of: setting))"
        }
        return inside.locate(part)
    }

    /// The defaults with what has been given so far, each value by itself.
    public var settings: Settings {
        var settings = Settings()
        // Other defaults, and paths in the project's file, start from the project's folder.
        values[Setting.project.name]?.assign(&settings)
        settings = Settings(project: settings.project)
        for setting in Setting.all { values[setting.name]?.assign(&settings) }
        return settings
    }

    /// The settings to serve with, once every source has given its values.
    ///
    /// - Throws: `SettingFault` when two of them do not go together.
    public func resolved() throws(SettingFault) -> Settings {
        for (one, other) in Setting.pairs {
            try require(other, with: one)
            try require(one, with: other)
        }
        try requireOwnAddress()
        var settings = settings
        try requireAgreement(in: settings.throttle)
        try requireMemory(for: settings)
        if values[Setting.bodyBytes.name] == nil { settings.fitBodies() }
        return settings
    }

    /// Refuses a bound of bodies that no body could come near: the memory has no room for it.
    private func requireMemory(for settings: Settings) throws(SettingFault) {
        guard let given = values[Setting.bodyBytes.name] else { return }
        let needed = settings.limits.bodyBytesMax * MemoryBudget.bytesPerLargestBodyByte
        guard needed > settings.limits.memoryBytes else { return }
        let memory = Setting.memoryBytes
        let place = values[memory.name].map { "\($0.source) gives \(settings.limits.memoryBytes)" }
        throw SettingFault(
            message: "\(given.source) gives \(Setting.bodyBytes), for which \(memory) has to be "
                + "\(needed) or more (\(place ?? memory.otherWays))")
    }

    /// Refuses one address for both listeners.
    private func requireOwnAddress() throws(SettingFault) {
        let settings = settings
        guard settings.metrics.listen == settings.listen, settings.listen.port != 0 else { return }
        throw SettingFault(
            message: "\(source(of: .metricsListen)): metrics.listen is the address of listen; "
                + "leave it out, and /metrics is there, or give it a port of its own")
    }

    private func require(_ needed: Setting, with setting: Setting) throws(SettingFault) {
        guard let given = values[setting.name], values[needed.name] == nil else { return }
        throw SettingFault(
            message: "\(given.source) gives \(setting), which needs \(needed) "
                + "(\(needed.otherWays))")
    }
}

extension Settings {
    /// Has the default follow the memory, where that has no room for it.
    fileprivate mutating func fitBodies() {
        limits.bodyBytesMax = min(
            limits.bodyBytesMax, limits.memoryBytes / MemoryBudget.bytesPerLargestBodyByte)
    }
}

extension SettingFault {
    fileprivate static func empty(_ setting: Setting) -> SettingFault {
        SettingFault(
            message: "\(setting.variable) is empty: give it a value, or do not set it at all")
    }
}
