import Bytes
import Diagnostics
import Testing

@testable import Configuration

extension Setting {
    /// The nth of the different values it may have, as the text of a flag.
    fileprivate func example(_ index: Int) -> String {
        syntax.examples[index % syntax.examples.count]
    }

    /// A text as the value would stand in `project.json`.
    fileprivate func jsonValue(of text: String) throws -> JSONValue {
        var given = GivenSettings()
        try given.give(self, flag: text)
        return try JSONDocument(parsing: json(in: given.settings).bytes).root
    }
}

/// Each row of the table, from each of its sources: a new row is covered by being one.
@Suite struct SettingTableTests {
    static let fileSettings = Setting.all.filter(\.standsInFile)
    static let flagSettings = Setting.all.filter { $0.flag != nil }

    @Test func `names, flags and variables are there once`() {
        for names in [
            Setting.all.map(\.name), Setting.all.compactMap(\.flag), Setting.all.map(\.variable),
        ] {
            #expect(Set(names).count == names.count)
        }
        for setting in Setting.all {
            #expect(
                setting.name.wholeMatch(of: /([a-z]+\.)?[a-z][a-z_]*/) != nil, "\(setting.name)")
            #expect(!setting.summary.hasSuffix("."), "\(setting.name)")
        }
    }

    @Test func `every section says what it holds`() {
        #expect(Set(Setting.all.compactMap(\.section)) == Set(Setting.sections.keys))
    }

    @Test(arguments: Setting.all)
    func `nothing given is the default`(setting: Setting) throws {
        let given = GivenSettings()
        #expect(setting.isSame(in: try given.resolved(), and: Settings()))
        #expect(given.source(of: setting) == .standard)
        #expect(!setting.standard.isEmpty)
    }

    /// Gives the setting one value by file, another by variable, a third by flag, as far as asked.
    private func given(
        _ setting: Setting, file: String? = nil, variable: String? = nil, flag: String? = nil
    ) throws -> GivenSettings {
        var flags = GivenSettings()
        if let flag { try flags.give(setting, flag: flag) }
        let environment = try GivenSettings(
            environment: variable.map { [setting.variable: $0] } ?? [:], of: Setting.all)
        var project = GivenSettings()
        if let file {
            project.give(setting, try setting.jsonValue(of: file), at: "project.json:1:1")
        }
        return flags.over(environment).over(project)
    }

    @Test(arguments: flagSettings)
    func `a flag overrules a variable, and that the default`(setting: Setting) throws {
        let (one, two) = (setting.example(0), setting.example(1))
        let both = try given(setting, variable: one, flag: two)
        #expect(setting.text(in: both.settings) == two)
        let flag = try #require(setting.flag)
        #expect(both.source(of: setting) == .flag(flag))
        let variable = try given(setting, variable: one)
        #expect(setting.text(in: variable.settings) == one)
        #expect(variable.source(of: setting) == .variable(setting.variable))
    }

    @Test(arguments: Setting.all.filter { $0.flag == nil })
    func `without a flag a variable overrules the default`(setting: Setting) throws {
        let variable = try given(setting, variable: setting.example(0))
        #expect(!setting.isSame(in: variable.settings, and: Settings()))
        #expect(variable.source(of: setting) == .variable(setting.variable))
    }

    @Test(arguments: fileSettings)
    func `the project's file overrules the default alone`(setting: Setting) throws {
        let examples = (0..<3).map { setting.example($0) }
        let file = try given(setting, file: examples[0])
        #expect(setting.text(in: file.settings) == examples[0])
        #expect(file.source(of: setting) == .file("project.json:1:1"))
        let variable = try given(setting, file: examples[0], variable: examples[1])
        #expect(setting.text(in: variable.settings) == examples[1])
        #expect(variable.source(of: setting) == .variable(setting.variable))
        let all = try given(
            setting, file: examples[0], variable: examples[1], flag: examples[2])
        #expect(setting.text(in: all.settings) == examples[2])
        let flag = try #require(setting.flag)
        #expect(all.source(of: setting) == .flag(flag))
    }

    @Test(arguments: Setting.all)
    func `no value changes another setting`(setting: Setting) throws {
        let changed = try given(setting, variable: setting.example(0)).settings
        for other in Setting.all where other.name != setting.name {
            // The data directory lies in the project unless it is given.
            if setting.name == Setting.project.name && other.name == Setting.data.name { continue }
            #expect(other.isSame(in: changed, and: Settings()), "\(other.name)")
        }
    }

    @Test(arguments: Setting.all.filter { $0.syntax.counterexample != nil })
    func `a value that is none is told with its flag or variable`(setting: Setting) throws {
        let (text, flag) = (try #require(setting.syntax.counterexample), try #require(setting.flag))
        let byFlag = #expect(throws: SettingFault.self) { try given(setting, flag: text) }
        #expect(
            byFlag?.message.hasPrefix("\(flag) takes \(setting.syntax.wording)") == true)
        guard !text.isEmpty else { return }
        let byVariable = #expect(throws: SettingFault.self) { try given(setting, variable: text) }
        #expect(byVariable?.message.hasPrefix("\(setting.variable) takes ") == true)
        #expect(byVariable?.message.contains("not '\(text)'") == true)
    }

    @Test(arguments: fileSettings)
    func `a value of the wrong kind is none`(setting: Setting) throws {
        #expect(!setting.accepts(try JSONDocument(parsing: Array("{}".utf8)).root))
        #expect(!setting.accepts(try JSONDocument(parsing: Array("null".utf8)).root))
    }

    @Test func `an empty variable gives nothing`() throws {
        let open = Setting.all.filter { !$0.isSecret }
        let environment = Dictionary(open.map { ($0.variable, "") }) { first, _ in first }
        let given = try GivenSettings(environment: environment, of: Setting.all)
        #expect(given.settings == Settings())
    }

    @Test(arguments: Setting.all.filter(\.isSecret))
    func `an empty variable is no secret`(setting: Setting) {
        let fault = #expect(throws: SettingFault.self) {
            try GivenSettings(environment: [setting.variable: ""], of: Setting.all)
        }
        #expect(fault?.message.hasPrefix("\(setting.variable) is empty: ") == true)
    }
}
