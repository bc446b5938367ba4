import Bytes

/// A value of a file in the order and form in which it is to stand: its words sorted as their
/// vocabulary has them, numbers and texts as they were written.
indirect enum LaidValue {
    /// A number, a text, true, false or null.
    case leaf([UInt8])
    case object([(key: [UInt8], value: LaidValue)], Form)
    case array([LaidValue], Form)

    /// How what holds others takes more than a line.
    struct Form {
        /// Whether it does even if it would fit on one.
        var isOpen = false
        /// Whether what it holds has a line each; else lines are filled.
        var isListed = false
        /// Whether the values behind names of usual length begin in one column.
        var isAligned = false

        static let filled = Form()
        static let listed = Form(isListed: true)
        static let open = Form(isOpen: true, isListed: true)
    }

    /// A value that is to have the shape; one that has another, or none, keeps its order.
    init(_ value: JSONValue, _ shape: Shape, isRoot: Bool = false) {
        switch value.kind {
        case .object: self.init(object: value, shape.ofObject, isRoot: isRoot)
        case .array: self.init(array: value, shape.ofArray, isRoot: isRoot)
        case .null, .bool, .number, .string: self = .leaf(Array(value.raw))
        }
    }

    private init(object: JSONValue, _ shape: Shape, isRoot: Bool) {
        let vocabulary = shape.vocabulary
        let places = vocabulary.map { vocabulary in
            Dictionary(vocabulary.words.enumerated().map { ($1.name, $0) }) { first, _ in first }
        }
        let members = object.members.map { key, value in
            (key: key, value: value, place: places?[key.string ?? ""] ?? .max)
        }
        let sorted = members.enumerated().sorted {
            ($0.element.place, $0.offset) < ($1.element.place, $1.offset)
        }.map(\.element)
        let laid = sorted.map { member in
            let name = member.key.string ?? ""
            let inner = vocabulary?.word(name)?.shape ?? shape.ofMember
            var value = LaidValue(member.value, inner)
            if case .words(.model) = shape { value.open(asModelWord: name) }
            return (key: Array(member.key.raw), value: value)
        }
        self = .object(laid, isRoot ? .open : shape.form)
    }

    private init(array: JSONValue, _ shape: Shape, isRoot: Bool) {
        let isOfLeaves = array.elements.allSatisfy { $0.kind != .object && $0.kind != .array }
        let elements = array.elements.map { LaidValue($0, shape.ofElement) }
        self = .array(elements, isRoot ? .open : isOfLeaves ? .filled : .listed)
    }

    /// Columns have a line each however few they are, and so have the rules of several verbs.
    private mutating func open(asModelWord name: String) {
        guard case .object(let members, var form) = self else { return }
        form.isOpen = name == "properties" || name == "access" && members.count > 1
        self = .object(members, form)
    }

    /// The rows of a seed file: those of a model have a line each.
    mutating func openRows() {
        guard case .object(let members, let form) = self else { return }
        let opened = members.map { key, value in
            guard case .array(let rows, _) = value else { return (key: key, value: value) }
            return (key: key, value: .array(rows, .open))
        }
        self = .object(opened, form)
    }
}

extension Shape {
    /// The shape of an object among these.
    fileprivate var ofObject: Shape {
        guard case .either(let shapes) = self else { return self }
        return shapes.first { $0.vocabulary != nil || $0.isMap } ?? .value
    }

    /// The shape of an array among these.
    fileprivate var ofArray: Shape {
        guard case .either(let shapes) = self else { return self }
        return shapes.first { if case .list = $0 { true } else { false } } ?? .value
    }

    fileprivate var ofElement: Shape {
        if case .list(let element, _) = self { element } else { .value }
    }

    /// What stands behind a free name.
    fileprivate var ofMember: Shape { if case .map(let shape) = self { shape } else { .value } }

    fileprivate var vocabulary: Vocabulary? {
        switch self {
        case .words(let name): .named(name)
        case .object(let vocabulary): vocabulary
        case .text, .expression, .boolean, .integer, .number, .span, .value, .choice, .list, .map,
            .setting, .constant, .either:
            nil
        }
    }

    private var isMap: Bool { if case .map = self { true } else { false } }

    /// How an object of this shape takes more than a line.
    fileprivate var form: LaidValue.Form {
        switch self {
        case .words(.access), .map(.words): LaidValue.Form(isListed: true, isAligned: true)
        case .words(.update), .map, .object, .setting: .listed
        case .words, .text, .expression, .boolean, .integer, .number, .span, .value, .choice,
            .list, .constant, .either:
            .filled
        }
    }
}
