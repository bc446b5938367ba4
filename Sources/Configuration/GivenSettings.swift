public import Bytes
import Diagnostics

/// Values that were given to settings, each with its source. What nobody has given keeps the
/// default.
public struct GivenSettings: Sendable {
    private struct Given: Sendable {
        let source: SettingSource
        let assign: Setting.Assignment
    }

    /// By the setting's name.
    private var values: [String: Given] = [:]

    /// Nothing given.
    public init() {}

    /// What the environment gives to `settings`. An empty variable gives nothing.
    ///
    /// - Throws: `SettingFault` naming the variable whose value is none.
    public init(
        environment: [String: String], of settings: [Setting]
    ) throws(SettingFault) {
        for setting in settings {
            guard let text = environment[setting.variable], !text.isEmpty else { continue }
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
    /// - Parameter place: the value's `file:line:column`.
    public mutating func give(_ setting: Setting, _ value: JSONValue, at place: String) {
        guard let assign = setting.assignment(of: value) else { return }
        values[setting.name] = Given(source: .file(place), assign: assign)
    }

    private mutating func give(
        _ setting: Setting, _ text: String, from source: SettingSource
    ) throws(SettingFault) {
        let assign = try setting.assignment(of: text, from: source)
        values[setting.name] = Given(source: source, assign: assign)
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
        let settings = settings
        if let plan = settings.throttle.planDefault {
            try requireName(plan, among: settings.throttle.plans.map(\.name), "plan", .planDefault)
        }
        try requireMemory(for: settings)
        return settings
    }

    /// Refuses limits of models that there are not, which would limit nothing.
    ///
    /// - Throws: `SettingFault` naming the source of the limits and the model.
    public func checkModels(
        of limits: [ThrottleLimit], _ models: [String]
    ) throws(SettingFault) {
        for model in limits.flatMap(\.models) {
            try requireName(model, among: models, "model", .limits)
        }
    }

    /// Refuses a bound of bodies that no body could come near: the memory has no room for it. The
    /// default is no promise where there is less memory.
    private func requireMemory(for settings: Settings) throws(SettingFault) {
        guard let given = values[Setting.bodyBytes.name] else { return }
        let needed = settings.limits.bodyBytesMax * MemoryBudget.bytesPerBodyByte
        guard needed > settings.limits.memoryBytes else { return }
        let memory = Setting.memoryBytes
        throw SettingFault(
            message: "\(given.source) gives \(Setting.bodyBytes), for which \(memory) has to be "
                + "\(needed) or more (\(Self.ways(to: memory)))")
    }

    private func requireName(
        _ name: String, among names: [String], _ noun: String, _ setting: Setting
    ) throws(SettingFault) {
        guard !names.contains(name) else { return }
        let near = nearest(name, in: names).map { "; did you mean '\($0)'?" } ?? ""
        throw SettingFault(
            message: "\(source(of: setting)): \(setting) names a \(noun) that there is not: "
                + "'\(name)'\(near)")
    }

    private func require(_ needed: Setting, with setting: Setting) throws(SettingFault) {
        guard let given = values[setting.name], values[needed.name] == nil else { return }
        throw SettingFault(
            message: "\(given.source) gives \(setting), which needs \(needed) "
                + "(\(Self.ways(to: needed)))")
    }

    /// How a setting is given beside the file.
    private static func ways(to setting: Setting) -> String {
        [setting.flag, setting.variable].compactMap(\.self).joined(separator: " or ")
    }
}
