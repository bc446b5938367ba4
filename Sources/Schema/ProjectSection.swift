import Configuration

/// The settings that stand together in an object of `project.json`.
struct ProjectSection {
    /// The word before the object; empty for the file's own.
    let name: String
    let settings: [Setting]
    /// Those that would stand there and may not.
    let absent: [Setting]

    private init(_ name: String?) {
        self.name = name ?? ""
        let all = Setting.all.filter { $0.section == name }
        settings = all.filter(\.standsInFile)
        absent = all.filter { !$0.standsInFile }
    }

    /// Those that stand in no section.
    static let top = ProjectSection(nil)

    /// The sections, in the order of the settings.
    static let named: [ProjectSection] = {
        var names: [String] = []
        for case let name? in Setting.all.map(\.section) where !names.contains(name) {
            names.append(name)
        }
        return names.map { ProjectSection($0) }
    }()

    var words: [Word] { settings.map { Word($0.word, .setting($0), $0.sentence) } }

    /// The words of the object, called by its name in messages.
    var vocabulary: Vocabulary {
        Vocabulary(noun: "\"\(name)\"", words: words, elsewhere: absent)
    }
}

extension Vocabulary {
    /// The words of `project.json`.
    static var project: Vocabulary {
        let sections = ProjectSection.named.map { section in
            Word(
                section.name, .object(section.vocabulary),
                Setting.sections[section.name] ?? "Further settings.")
        }
        return Vocabulary(
            noun: ProjectFile.name,
            words: [Word("$schema", .text, "Where editors find the JSON Schema of this format.")]
                + ProjectSection.top.words + sections,
            elsewhere: ProjectSection.top.absent)
    }
}
