import Bytes
import Configuration

/// Reads `project.json`. Its words are the settings that may stand there.
struct ProjectFile {
    static let name = "project.json"

    private let reader: FileReader

    static func read(_ file: SourceFile, report: Report) -> GivenSettings {
        ProjectFile(reader: FileReader(file: file, report: report)).read()
    }

    private func read() -> GivenSettings {
        var given = GivenSettings()
        guard let root = reader.parse() else { return given }
        let words = reader.words(of: root, .project)
        give(ProjectSection.top, words, to: &given)
        for section in ProjectSection.named {
            guard let member = words[section.name] else { continue }
            give(section, reader.words(of: member.value, section.vocabulary), to: &given)
        }
        return given
    }

    private func give(
        _ section: ProjectSection, _ words: [String: FileReader.Member],
        to given: inout GivenSettings
    ) {
        for setting in section.settings {
            guard let value = words[setting.word]?.value else { continue }
            let file = reader.file
            given.give(
                setting, value, at: "\(file.location(value.offset))",
                locating: { "\(file.location($0.offset))" })
        }
    }
}
