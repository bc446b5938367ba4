import Bytes
import Store

/// What is installed of a log and its triggers, as the catalogue says it.
struct CaptureState {
    struct Function: Hashable {
        let name: String
        let body: String
        let isDefiner: Bool
        let settings: String
        /// What a comment on it says: the version that it had when it was made, and the transaction
        /// that has made it.
        let note: String
        /// The transaction that has written it last.
        let writer: String

        var version: String {
            Self.version(body: body, isDefiner: isDefiner, settings: settings)
        }

        static func version(body: String, isDefiner: Bool, settings: String) -> String {
            let text = [body, "\(isDefiner)", settings].joined(separator: "\0")
            return String(FNV1a.hash(Array(text.utf8)), radix: 16)
        }

        /// Whether nobody has touched it since a set-up has made it, ours or that of another
        /// version of the program.
        var isAsMade: Bool { note == "\(version) \(writer)" }
    }

    struct Relation: Hashable {
        let model: Int
        let schema: String
        let name: String
        /// Whether it is the model's own table, and no partition of it.
        let isRoot: Bool
        /// One of the model's columns that it has not.
        let missingColumn: String?

        var table: String { "\(quoted(identifier: schema)).\(quoted(identifier: name))" }
    }

    struct Trigger: Hashable {
        let schema: String
        let table: String
        let name: String
        let typeBits: Int
        /// `pg_trigger.tgenabled`.
        let firing: String
        let function: String
        /// Whether a partition has it from its parent.
        let isInherited: Bool
        /// Whether nobody has touched it since a set-up noted in a comment which state of it is
        /// right: one that was off for a while is in another. Nor has the table lost a partition
        /// since. Nil where there is no comment.
        let isAsNoted: Bool?

        /// What `firing` says of one that fires for whatever changes the table.
        static let always = "A"

        /// Whether it is on the same table and has the same name.
        func hasPlace(of other: Trigger) -> Bool {
            name == other.name && table == other.table && schema == other.schema
        }

        func isOn(_ relation: Relation) -> Bool {
            table == relation.name && schema == relation.schema
        }
    }

    /// The tables in the log's schema, ours or not, with their columns and these's types.
    var tables: [String: Set<String>] = [:]
    var version: Int?
    /// Where all was set up last; nil where nobody has noted it.
    var notedPlace: String?
    /// Where that note stands; nil where it was not asked for.
    var place: String?
    var functions: [Function] = []
    var relations: [Relation] = []
    var triggers: [Trigger] = []

    /// Takes the answer of a question. Columns that are missing or no numbers count as none: what
    /// is not understood is made anew.
    mutating func take(_ rows: [[String?]], of inspection: CaptureInspection) {
        let texts = rows.map { row in row.map { $0 ?? "" } }
        switch inspection {
        case .tables:
            for row in texts where row.count == 2 {
                tables[row[0]] = Set(row[1].split(separator: "\n").map(String.init))
            }
        case .facts:
            guard let row = rows.first, row.count == 3 else { return }
            version = row[0].flatMap { Int($0) }
            notedPlace = row[1]
            place = row[2]
        case .functions:
            functions = texts.filter { $0.count == 6 }.map {
                Function(
                    name: $0[0], body: $0[1], isDefiner: $0[2] == "t", settings: $0[3],
                    note: $0[4], writer: $0[5])
            }
        case .relations:
            relations = texts.filter { $0.count == 5 }.map {
                Relation(
                    model: Int($0[0]) ?? -1, schema: $0[1], name: $0[2], isRoot: $0[3] == "t",
                    missingColumn: $0[4].isEmpty ? nil : $0[4])
            }
        case .triggers:
            triggers = texts.filter { $0.count == 8 }.map {
                Trigger(
                    schema: $0[0], table: $0[1], name: $0[2], typeBits: Int($0[3]) ?? 0,
                    firing: $0[4], function: $0[5], isInherited: $0[6] == "t",
                    isAsNoted: $0[7].isEmpty ? nil : $0[7] == "t")
            }
        }
    }
}

extension StoredFunction {
    /// What tells it from others of its name, once it is installed.
    var version: String {
        CaptureState.Function.version(
            body: body, isDefiner: isDefiner,
            settings: settings.map(\.stored).joined(separator: "\n"))
    }
}
