import Auth
import Bytes
import Diagnostics
import Store

/// The accounts of Supabase's `auth.users` in a script.
struct SourceAccounts {
    /// Those that can be taken.
    private(set) var accounts: [TakenAccount] = []
    /// Those that cannot, and why.
    private var refused: [(id: String, reason: String)] = []
    private var ids: Set<String> = []
    /// Whose addresses are.
    private var owners: [String: String] = [:]
    /// How many had a password.
    private(set) var passwords = 0
    /// Names of other ways to sign in, and how many accounts used each.
    private(set) var providers: [String: Int] = [:]

    private static let table = SourceName("auth", "users")
    private static let forms: [String: ValueForm] = [
        "raw_app_meta_data": .json, "raw_user_meta_data": .json, "is_anonymous": .truth,
    ]

    /// - Parameter path: the script.
    init(_ path: String, _ database: SourceDatabase) throws {
        for block in database.rows(of: Self.table) {
            let columns =
                block.columns.isEmpty
                ? database.table(Self.table)?.columns.map(\.name) ?? [] : block.columns
            let input = try InputBytes(path, from: block.offset, line: block.line)
            let conversion = RowConversion(columns, Self.forms)
            var records: any ImportRecords =
                switch block.form {
                case .copy: CopyRecords(input, conversion)
                case .inserts: InsertRecords(input, conversion, count: block.count)
                }
            while try takeNext(of: &records) {}
        }
    }

    /// - Returns: whether there was one more, or something that is none.
    private mutating func takeNext(of records: inout any ImportRecords) throws -> Bool {
        do {
            guard let record = try records.next() else { return false }
            take(record)
        } catch let fault as ImportFault where !fault.isLast {
            let reason = fault.problem.message.trimmingSuffix(".")
            refused.append(("line \(fault.line ?? 0)", reason))
        }
        return true
    }

    private mutating func take(_ record: ImportRecord) {
        guard let row = try? JSONDocument(parsing: record.json).root,
            let id = row["id"]?.string
        else {
            refused.append(("line \(record.line)", "it has no id"))
            return
        }
        do throws(Problem) {
            let account = try Self.account(id, row)
            if let reason = objection(to: account, row) {
                refused.append((id, reason))
                return
            }
            accounts.append(account)
        } catch {
            refused.append((id, error.message))
            return
        }
        if row["encrypted_password"]?.string?.isEmpty == false { passwords += 1 }
        for provider in row["raw_app_meta_data"]?["providers"]?.elements ?? [] {
            if let name = provider.string, name != "email" { providers[name, default: 0] += 1 }
        }
    }

    /// Why an account is not taken: by what the source says of it, or of another.
    private mutating func objection(to account: TakenAccount, _ row: JSONValue) -> String? {
        if row["deleted_at"]?.string != nil { return "it was deleted" }
        if row["banned_until"]?.string != nil, Self.time("banned_until", row) == nil {
            return "it is banned for ever"
        }
        guard ids.insert(account.id).inserted else { return "another account has this id" }
        guard let email = account.email else { return nil }
        if let owner = owners[email] { return "its address \(email) is that of \(owner)" }
        owners[email] = account.id
        return nil
    }

    private static func time(_ name: String, _ row: JSONValue) -> Instant? {
        row[name]?.string.flatMap { Instant(postgres: $0) }
    }

    private static func account(
        _ id: String, _ row: JSONValue
    ) throws(Problem) -> TakenAccount {
        func object(_ name: String) -> String {
            guard let value = row[name], value.kind == .object else { return "{}" }
            return String(utf8: value.raw)
        }
        return try TakenAccount(
            id: id, email: row["email"]?.string.flatMap { $0.isEmpty ? nil : $0 },
            emailConfirmedAt: time("email_confirmed_at", row) ?? time("confirmed_at", row),
            appMetadata: object("raw_app_meta_data"), userMetadata: object("raw_user_meta_data"),
            isAnonymous: row["is_anonymous"]?.bool ?? false,
            lastSignInAt: time("last_sign_in_at", row), bannedUntil: time("banned_until", row),
            createdAt: time("created_at", row) ?? .now)
    }

    /// What is another for them here.
    var notes: [ImportNote] {
        var notes: [ImportNote] = []
        if passwords > 0 {
            notes.append(
                ImportNote(
                    subject: .account, name: "",
                    text: "\(counted(passwords, "account")) had a password, and must be given a "
                        + "new one: hashes of bcrypt are not verified here",
                    advice: "Give each a token that you sign with the project's secret (sub: the "
                        + "id, role: authenticated), with which a page sets a password by PUT "
                        + "/auth/v1/user.", isUrgent: true))
        }
        for (provider, count) in providers.sorted(by: { $0.key < $1.key }) {
            notes.append(
                ImportNote(
                    subject: .account, name: "",
                    text: "\(counted(count, "account")) signed in by \(provider), which is not "
                        + "offered here"))
        }
        for (id, reason) in refused {
            notes.append(
                ImportNote(subject: .account, name: id, text: "is not taken: \(reason)"))
        }
        return notes
    }
}

extension TakenAccount.Added {
    /// Those that were not added.
    var notes: [ImportNote] {
        var notes = refused.map { id, email in
            ImportNote(
                subject: .account, name: id,
                text: "is not taken: another account here has its address \(email)",
                isUrgent: true)
        }
        if !known.isEmpty {
            let them = known.count == 1 ? "is" : "are"
            notes.append(
                ImportNote(
                    subject: .account, name: "",
                    text: "\(counted(known.count, "account")) \(them) here already, and left as "
                        + (known.count == 1 ? "it is" : "they are")))
        }
        return notes
    }
}

extension String {
    fileprivate func trimmingSuffix(_ end: String) -> String {
        hasSuffix(end) ? String(dropLast(end.count)) : self
    }
}
