/// A member of a structure that is read and written as JSON.
struct SwiftField {
    /// Its name in JSON.
    let key: String
    /// Its type, with a question mark where it may be left out.
    let type: String
    var comment: String?
}

/// A type that a model's file of types declares.
enum SwiftDeclaration {
    case structure(SwiftStructure)
    case enumeration(SwiftEnumeration)

    func write(to code: inout CodeText) {
        switch self {
        case .structure(let structure): structure.write(to: &code)
        case .enumeration(let enumeration): enumeration.write(to: &code)
        }
    }
}

/// A structure with all that makes it read and written as JSON.
struct SwiftStructure {
    let name: String
    let comment: String
    let fields: [SwiftField]

    func write(to code: inout CodeText) {
        let members = members
        code.documentation(comment)
        code.block("public struct \(name): Codable, Hashable, Sendable {") { code in
            for (field, member) in zip(fields, members) {
                if let comment = field.comment { code.documentation(comment) }
                code.line("public var \(member): \(field.type)")
            }
            if !fields.isEmpty {
                code.line()
                code.block("private enum CodingKeys: String, CodingKey {") { code in
                    for (field, member) in zip(fields, members) {
                        code.line("case \(member) = \(SwiftName.literal(field.key))")
                    }
                }
                code.line()
            }
            initialiser(members, &code)
        }
    }

    private func initialiser(_ members: [String], _ code: inout CodeText) {
        let parameters = zip(fields, members).map { field, member in
            "\(member): \(field.type)\(field.type.hasSuffix("?") ? " = nil" : "")"
        }
        guard !parameters.isEmpty else { return code.line("public init() {}") }
        code.line("public init(")
        code.indented { code in
            for (index, parameter) in parameters.enumerated() {
                code.line(index == parameters.count - 1 ? parameter : parameter + ",")
            }
        }
        code.block(") {") { code in
            for member in members { code.line("self.\(member) = \(member)") }
        }
    }

    private var members: [String] {
        var names = UniqueNames()
        return fields.map { SwiftName.escaped(names.unique(SwiftName.member($0.key))) }
    }
}

/// The texts that a column, or a member of one, may hold.
struct SwiftEnumeration {
    let name: String
    let comment: String
    let texts: [String]

    func write(to code: inout CodeText) {
        code.documentation(comment)
        code.block(
            "public enum \(name): String, CaseIterable, Codable, Hashable, Sendable {"
        ) { code in
            var names = UniqueNames()
            for text in texts {
                let name = SwiftName.escaped(names.unique(SwiftName.member(text)))
                code.line("case \(name) = \(SwiftName.literal(text))")
            }
        }
    }
}
