import Addresses
import Bytes
import Diagnostics
import Quotas

extension SettingForm<Int> {
    /// An integer within bounds. No bound is so wide that arithmetic with it could overflow.
    static func integer(_ range: ClosedRange<Int>) -> SettingForm {
        let (low, high) = (Int64(range.lowerBound), Int64(range.upperBound))
        let syntax = SettingSyntax(
            metavar: "N", wording: "an integer from \(low) to \(high)",
            jsonSchema: ["type": "integer", "minimum": .integer(low), "maximum": .integer(high)],
            examples: range.prefix(3).map { "\($0)" }, counterexample: "\(low - 1)")
        var form = scalar(
            syntax,
            { json in json.int64.map(Int.init).flatMap { range.contains($0) ? $0 : nil } },
            json: { .integer(Int64($0)) })
        // For JSON Schema, and so for editors, 1e9 and 5.0 are integers.
        form.read = { json in
            let number = json.int64.map(Int.init) ?? json.double.flatMap(Int.init(exactly:))
            return number.flatMap { range.contains($0) ? $0 : nil }
        }
        return form
    }
}

extension SettingForm<Bool> {
    static let boolean = SettingForm.scalar(
        SettingSyntax(
            metavar: "true|false", wording: "true or false", jsonSchema: ["type": "boolean"],
            examples: ["true", "false"], counterexample: "yes"),
        { $0.bool }, json: { .bool($0) })

    /// The one boolean that can be kept so far.
    static func only(_ value: Bool) -> SettingForm {
        .scalar(
            SettingSyntax(
                metavar: "\(value)", wording: "\(value)", jsonSchema: ["const": .bool(value)],
                examples: ["\(value)"], counterexample: "\(!value)"),
            { $0.bool == value ? value : nil }, json: { .bool($0) })
    }
}

extension SettingForm<String> {
    static let text = SettingForm.string(
        SettingSyntax(
            metavar: "TEXT", wording: "a string that is not empty",
            jsonSchema: ["type": "string", "minLength": 1], examples: ["one", "two", "three"],
            counterexample: ""),
        { $0.isEmpty ? nil : $0 }, print: { $0 })

    static let folder = path("DIR", "the path of a folder")
    static let file = path("FILE", "the path of a file")

    /// A path, relative to the current folder, or to the project's where `project.json` says it.
    private static func path(_ metavar: String, _ wording: String) -> SettingForm {
        let syntax = SettingSyntax(
            metavar: metavar, wording: wording,
            jsonSchema: ["type": "string", "minLength": 1],
            examples: ["/tmp/one", "/tmp/two", "/tmp/three"], counterexample: "")
        var form = SettingForm.string(
            syntax, { $0.isEmpty ? nil : FolderPath.trimmed($0) }, print: { $0 })
        form.located = { FolderPath.join($1, $0) }
        return form
    }
}

extension SettingForm<SecretText> {
    /// A text that comes from a variable and is never printed.
    static let secret = hidden("a secret") { _ in true }

    /// One that nobody guesses who tries.
    static func secret(bytesMin: Int) -> SettingForm {
        hidden("a secret of \(bytesMin) bytes or more") { $0.utf8.count >= bytesMin }
    }

    private static func hidden(
        _ wording: String, _ accepts: @escaping @Sendable (String) -> Bool
    ) -> SettingForm {
        .string(
            SettingSyntax(
                metavar: "TEXT", wording: wording, jsonSchema: ["type": "string"],
                examples: ["one secret of some length", "another secret of some length"],
                counterexample: nil),
            { accepts($0) ? SecretText($0) : nil }, print: { $0.description })
    }
}

extension SettingForm<[String]> {
    /// Origins of web pages; a list in `project.json`, separated by commas elsewhere.
    static let origins = SettingForm(
        syntax: SettingSyntax(
            metavar: "ORIGIN,…", wording: "a list of origins",
            jsonSchema: ["type": "array", "items": originSchema],
            element: SettingSyntax.Element(
                wording: "an origin, such as \"https://a.example\", or \"*\""
            ) { $0.string.map(isOrigin) == true },
            examples: ["*", "https://a.example", "https://b.example"], counterexample: "a b",
            objection: { text in
                let words = words(text)
                // What cannot stand in a list is no spelling of an origin.
                return words.allSatisfy(isWord)
                    ? words.lazy.compactMap { WebOrigin.objection(to: $0) }.first : nil
            }),
        parse: { text in
            let words = text.isEmpty ? [] : words(text)
            return words.allSatisfy(isOrigin) ? words : nil
        },
        read: { value in
            let words = value.elements.compactMap(\.string).filter(isOrigin)
            return value.kind == .array && words.count == value.count ? words : nil
        },
        json: { .array($0.map { .string($0) }) })

    private static let originSchema: JSON = [
        "type": "string", "pattern": #"^(\*|null|[a-z][a-z0-9+.-]*://[^A-Z*/?#@ ,]+)$"#,
    ]

    @Sendable private static func words(_ text: String) -> [String] {
        text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    /// Whether a text could be told from its neighbours in a list.
    @Sendable private static func isWord(_ text: String) -> Bool {
        text.utf8.allSatisfy { $0 > ASCII.space && $0 != 0x7F && $0 != ASCII.comma }
    }

    @Sendable private static func isOrigin(_ text: String) -> Bool {
        isWord(text) && WebOrigin.objection(to: text) == nil
    }
}

extension SettingForm<[AddressRange]> {
    /// Addresses and networks; a list in `project.json`, separated by commas elsewhere.
    static let addresses = SettingForm(
        syntax: SettingSyntax(
            metavar: "ADDRESS,…", wording: "a list of addresses and networks",
            jsonSchema: [
                "type": "array",
                "items": ["type": "string", "pattern": "^[0-9a-fA-F:.]+(/[0-9]{1,3})?$"],
            ],
            element: SettingSyntax.Element(
                wording: "an address or a network, such as \"10.0.0.0/8\" or \"::1\""
            ) { $0.string.flatMap(AddressRange.init) != nil },
            examples: ["127.0.0.1", "10.0.0.0/8", "::1,2001:db8::/32"], counterexample: "proxy"),
        parse: { text in
            let words = text.split(separator: ",", omittingEmptySubsequences: false)
            let ranges = words.compactMap { AddressRange(trimmed($0)) }
            return ranges.count == words.count ? ranges : nil
        },
        read: { value in
            let ranges = value.elements.compactMap { $0.string.flatMap(AddressRange.init) }
            return value.kind == .array && ranges.count == value.count ? ranges : nil
        },
        json: { $0.isEmpty ? .null : .array($0.map { .string("\($0)") }) })

    @Sendable private static func trimmed(_ word: Substring) -> String {
        let isBlank = { (character: Character) in character == " " || character == "\t" }
        let end = word.lastIndex { !isBlank($0) }
        return String(end.map { word[...$0] }?.drop(while: isBlank) ?? "")
    }
}

extension SettingForm<Duration> {
    static let span = SettingForm.string(
        SettingSyntax(
            metavar: "TIME", wording: Duration.spanWording,
            jsonSchema: ["type": "string", "pattern": .string(Duration.spanPattern)],
            examples: ["90s", "12h", "7d"], counterexample: "7"),
        { Duration(span: $0) }, print: { $0.span })
}

extension SettingForm<Duration?> {
    /// A span of time, or that there is none.
    static let interval = SettingForm.string(
        SettingSyntax(
            metavar: "TIME", wording: Duration.spanWording + ", or \"0\"",
            jsonSchema: ["type": "string", "pattern": .string("^0$|" + Duration.spanPattern)],
            examples: ["90s", "0", "7d"], counterexample: "24"),
        { $0 == "0" ? .some(nil) : Duration(span: $0).map(Optional.some) },
        print: { $0?.span ?? "0" })
}

extension SettingForm<RateLimit?> {
    /// A rate, or that there is none.
    static let rate = SettingForm.string(
        SettingSyntax(
            metavar: "RATE", wording: RateLimit.wording + ", or \"off\"",
            jsonSchema: ["type": "string", "pattern": .string("^off$|" + RateLimit.pattern)],
            examples: ["10/s", "150/5m burst 31", "off"], counterexample: "10"),
        { $0 == "off" ? .some(nil) : RateLimit($0).map(Optional.some) },
        print: { $0?.description ?? "off" })
}

extension SettingForm<ListenAddress> {
    static let address = SettingForm.string(
        SettingSyntax(
            metavar: "HOST:PORT",
            wording: "HOST:PORT, such as 127.0.0.1:54321 or [::1]:54321",
            jsonSchema: ["type": "string", "pattern": #"^[^:/@\\ ]+:[0-9]+$|^\[[^\]]+\]:[0-9]+$"#],
            examples: ["localhost:0", "[::1]:8080", "0.0.0.0:80"], counterexample: "localhost",
            objection: { ListenAddress.objection(to: $0) }),
        { ListenAddress($0) }, print: { $0.text })
}

extension SettingForm<DatabaseAddress> {
    static let databaseAddress = SettingForm.string(
        SettingSyntax(
            metavar: "URL", wording: DatabaseAddress.wording,
            jsonSchema: ["type": "string"],
            examples: ["postgres://one@localhost/app", "postgresql:///two?host=/tmp"],
            counterexample: "app.db", objection: { DatabaseAddress.objection(to: $0) }),
        { DatabaseAddress($0) }, print: { $0.description })
}

extension SettingForm where Value: CaseIterable {
    /// One word of a closed set.
    static func choice(
        _ metavar: String, _ name: @escaping @Sendable (Value) -> String
    ) -> SettingForm {
        let names = Value.allCases.map(name)
        let syntax = SettingSyntax(
            metavar: metavar, wording: "one of " + names.joined(separator: ", "),
            jsonSchema: ["enum": .array(names.map { .string($0) })], choices: names,
            examples: names, counterexample: names.joined())
        return .string(
            syntax, { text in Value.allCases.first { name($0) == text } }, print: name)
    }
}
