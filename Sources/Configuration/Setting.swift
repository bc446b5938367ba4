public import Bytes
import Diagnostics

/// One setting: a row of the table that project files, flags, variables, help texts, JSON Schema
/// and documentation are read and written from.
public struct Setting: Sendable, CustomStringConvertible {
    /// Which commands take the flag and the variable.
    public enum Use: Hashable, Sendable {
        /// All of them.
        case everywhere
        /// Those that serve, or show what serving would be like.
        case serving
        /// Those, and the one that speaks to a server.
        case reaching
        /// Those, and the one that prints the API keys.
        case secrets
    }

    /// The setting's name, which is its word in `project.json` behind the section's:
    /// `auth.jwt_expiry_seconds`.
    public let name: String
    /// The section of `project.json` that it stands in, nil for the file's top level.
    public let section: String?
    /// The word in `project.json`, without its section.
    public let word: String
    /// What it decides, in a line without a full stop.
    public let summary: String
    /// When a server that is running takes a new value.
    public let effect: Effect
    /// Which commands take it.
    public let use: Use
    /// Whether `project.json` may say it. A secret never stands there, nor where the project is.
    public let standsInFile: Bool
    /// Whether its value is never printed.
    public let isSecret: Bool
    /// The default where it depends on the machine or the command, in words.
    private let standardWording: String?
    /// How its values are written.
    public let syntax: SettingSyntax

    /// Sets a value.
    typealias Assignment = @Sendable (inout Settings) -> Void

    private let parse: @Sendable (String) -> Assignment?
    private let read: @Sendable (JSONValue) -> Assignment?
    private let json: @Sendable (Settings) -> JSON
    private let isSame: @Sendable (Settings, Settings) -> Bool

    init<Value: Hashable & Sendable>(
        _ name: String, _ path: any WritableKeyPath<Settings, Value> & Sendable,
        _ form: SettingForm<Value>, _ effect: Effect, _ summary: String,
        standard: String? = nil, use: Use = .serving, standsInFile: Bool = true,
        isSecret: Bool = false
    ) {
        self.name = name
        let parts = name.utf8.split(separator: ASCII.dot).compactMap { String($0) }
        section = parts.count > 1 ? parts[0] : nil
        word = parts.last ?? ""
        let choices = form.syntax.choices.joined(separator: ", ")
        self.summary = choices.isEmpty ? summary : "\(summary): \(choices)"
        self.effect = effect
        self.use = use
        self.standsInFile = standsInFile && !isSecret
        self.isSecret = isSecret
        standardWording = standard
        syntax = form.syntax
        parse = { text in
            guard let value = form.parse(text) else { return nil }
            return { settings in settings[keyPath: path] = value }
        }
        read = { json in
            guard let value = form.read(json) else { return nil }
            return { settings in
                settings[keyPath: path] = form.located(value, settings.project)
            }
        }
        json = { form.json($0[keyPath: path]) }
        isSame = { $0[keyPath: path] == $1[keyPath: path] }
    }
}

extension Setting {
    /// The name: `auth.jwt_expiry_seconds`.
    public var description: String { name }

    /// The flag: `--auth-jwt-expiry-seconds`. A secret has none, since every user of a machine may
    /// read its command lines.
    public var flag: String? { isSecret ? nil : "--" + Self.joined(name, by: "-") }

    /// The variable of the environment: `APUS_AUTH_JWT_EXPIRY_SECONDS`.
    public var variable: String { Self.prefix + Self.joined(name, by: "_").uppercased() }

    /// How it is given beside `project.json`: its flag, if it has one, and its variable.
    public var otherWays: String { [flag, variable].compactMap(\.self).joined(separator: " or ") }

    /// Where it is given, for who has written it into `project.json` and may not: what follows its
    /// name.
    public var absence: String {
        (isSecret ? "is a secret and does" : "does") + " not stand in project.json; "
            + "\(otherWays) gives it"
    }

    private static func joined(_ name: String, by separator: String) -> String {
        name.split { $0 == "." || $0 == "_" }.joined(separator: separator)
    }

    /// The default, for people.
    public var standard: String { standardWording ?? text(in: Settings()) }

    /// What it decides and its default, as sentences.
    public var sentence: String {
        summary.prefix(1).uppercased() + summary.dropFirst() + "; \(standard) when left out."
    }

    /// Whether the setting has the same value in both.
    public func isSame(in one: Settings, and other: Settings) -> Bool { isSame(one, other) }

    /// The value as it would stand in `project.json`; null for none, and for a secret.
    public func json(in settings: Settings) -> JSON { isSecret ? .null : json(settings) }

    /// The value as it would be given to the flag; a secret is told to be one.
    public func text(in settings: Settings) -> String {
        if isSecret { return SecretText.mask }
        let value = json(settings)
        return switch value {
        case .null: "none"
        case .string(let text): text
        case .array(let elements) where elements.allSatisfy { $0.string != nil }:
            elements.compactMap(\.string).joined(separator: ",")
        case .bool, .integer, .number, .array, .object: String(utf8: value.bytes)
        }
    }

    /// Whether a value of `project.json` is one of this setting's.
    public func accepts(_ value: JSONValue) -> Bool { read(value) != nil }

    /// What sets the value of a text; throws what is wrong with it.
    func assignment(
        of text: String, from source: SettingSource
    ) throws(SettingFault) -> Assignment {
        if let assignment = parse(text) { return assignment }
        if let fault = Self.firstFault(in: text, syntax) {
            throw SettingFault(message: "\(source), \(fault)")
        }
        if let objection = syntax.objection(text) {
            throw SettingFault(message: "\(source) \(objection)")
        }
        var message = "\(source) takes \(syntax.wording)"
        if !isSecret { message += ", not '\(text)'" }
        if let near = nearest(text, in: syntax.choices) { message += "; did you mean '\(near)'?" }
        throw SettingFault(message: message)
    }

    /// What is wrong inside of a text that is JSON, with its place.
    private static func firstFault(in text: String, _ syntax: SettingSyntax) -> String? {
        guard let root = try? JSONDocument(parsing: Array(text.utf8)).root,
            let fault = syntax.faults(root).first
        else { return nil }
        let near = fault.suggestion.map { "; did you mean \"\($0)\"?" } ?? ""
        return "column \(fault.place.offset + 1): \(fault.message)\(near)"
    }

    /// What sets a value of `project.json`; nil when it is none.
    func assignment(of value: JSONValue) -> Assignment? { read(value) }
}

/// A value that a setting cannot take, or settings that do not go together.
public struct SettingFault: Error, Hashable, Sendable {
    /// What is wrong, beginning with its source: the flag, the variable or the place in the file.
    public let message: String

    /// A fault.
    public init(message: String) { self.message = message }
}
