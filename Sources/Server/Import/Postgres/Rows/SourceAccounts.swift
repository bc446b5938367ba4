import Auth
import Bytes
import Diagnostics
import Store

/// The accounts of Supabase's `auth.users` in a script.
struct SourceAccounts {
    /// Those that can be taken.
    private(set) var accounts: [TakenAccount] = []
    /// Those that cannot, and why.
    private(set) var refused: [(id: String, reason: String)] = []
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
            while let record = try records.next() { take(record) }
        }
    }

    var isEmpty: Bool { accounts.isEmpty && refused.isEmpty }

    private mutating func take(_ record: ImportRecord) {
        guard let row = try? JSONDocument(parsing: record.json).root,
            let id = row["id"]?.string
        else { return }
        func time(_ name: String) -> Instant? {
            row[name]?.string.flatMap { Instant(postgres: $0) }
        }
        if row["deleted_at"]?.string != nil {
            refused.append((id, "it was deleted"))
            return
        }
        if row["banned_until"]?.string != nil, time("banned_until") == nil {
            refused.append((id, "it is banned for ever"))
            return
        }
        let email = row["email"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        func object(_ name: String) -> String {
            guard let value = row[name], value.kind == .object else { return "{}" }
            return String(utf8: value.raw)
        }
        do throws(Problem) {
            let account = try TakenAccount(
                id: id, email: email,
                emailConfirmedAt: time("email_confirmed_at") ?? time("confirmed_at"),
                appMetadata: object("raw_app_meta_data"),
                userMetadata: object("raw_user_meta_data"),
                isAnonymous: row["is_anonymous"]?.bool ?? false,
                lastSignInAt: time("last_sign_in_at"), bannedUntil: time("banned_until"),
                createdAt: time("created_at") ?? .now)
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
