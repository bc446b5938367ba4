import Bytes
import Configuration
import Diagnostics
import Schema

/// What `apus settings` prints: every setting, its value and where it came from.
public struct SettingReport: Sendable {
    private let given: GivenSettings
    private let settings: Settings

    /// Takes the values from every source. Reads `project.json` alone of the project's files.
    ///
    /// - Throws: `SchemaFailure` with every fault of `project.json`, `SettingFault` when settings
    ///   do not go together.
    public init(_ options: ServerOptions) throws {
        given = try options.loadSettings()
        settings = try given.resolved()
    }

    /// A line a setting: its name, its value and its source.
    public var text: String {
        let rows = Setting.all.map { [$0.name, value(of: $0), "\(given.source(of: $0))"] }
        return textTable(rows).map { $0 + "\n" }.joined()
    }

    /// A default that is found out when the server starts is told in words.
    private func value(of setting: Setting) -> String {
        let isOpen = given.source(of: setting) == .standard && setting.json(in: settings) == .null
        return isOpen ? setting.standard : setting.text(in: settings)
    }

    /// An array of objects, for scripts: `[{"name": …, "value": …, "source": …, "from": …, …}]`.
    public var json: String {
        let rows = Setting.all.map { setting -> JSON in
            let source = given.source(of: setting)
            return [
                "name": .string(setting.name), "value": setting.json(in: settings),
                "source": .string(source.kind), "from": .string(source.description),
                "default": .string(setting.standard),
                "flag": setting.flag.map { .string($0) } ?? .null,
                "variable": .string(setting.variable), "in_file": .bool(setting.standsInFile),
                "secret": .bool(setting.isSecret),
                "takes_effect": .string(setting.effect.wording),
                "description": .string(setting.summary),
            ]
        }
        return String(utf8: JSON.array(rows).bytes)
    }
}
