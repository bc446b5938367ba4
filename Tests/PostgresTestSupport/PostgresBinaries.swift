import Foundation
import TestSupport

/// The programs of a PostgreSQL, as this machine has them.
///
/// `APUS_POSTGRES_BIN` names their folder. Without it the newest of Debian's packages is taken
/// (`/usr/lib/postgresql/<major>/bin`).
struct PostgresBinaries: Sendable {
    let folder: String

    /// The ones to use; nil where there are none.
    static let installed: PostgresBinaries? = {
        let environment = ProcessInfo.processInfo.environment
        let named = environment["APUS_POSTGRES_BIN"].map { URL(filePath: $0).path }
        let folder = named ?? packaged
        return folder.flatMap { folder in
            FileManager.default.isExecutableFile(atPath: "\(folder)/initdb")
                ? PostgresBinaries(folder: folder) : nil
        }
    }()

    private static var packaged: String? {
        let parent = "/usr/lib/postgresql"
        let majors = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        return majors.compactMap { Int($0) }.max().map { "\(parent)/\($0)/bin" }
    }

    /// The words that run a program, as a user whom PostgreSQL serves: it refuses root.
    func command(_ program: String, _ arguments: [String]) -> [String] {
        Self.asUser + ["\(folder)/\(program)"] + arguments
    }

    /// A working directory that every user can enter, since the programs look for their own.
    private static let asUser: [String] = {
        let inRoot = ["env", "--chdir=/"]
        guard let account else { return inRoot }
        return inRoot + [
            "setpriv", "--reuid=\(account.user)", "--regid=\(account.group)", "--clear-groups",
        ]
    }()

    /// Who owns the data and runs the server; nil for whoever runs the tests, who is not root.
    static let account: (user: uid_t, group: gid_t)? = {
        guard geteuid() == 0 else { return nil }
        for name in ["postgres", "nobody"] {
            if let entry = unsafe getpwnam(name) {
                return unsafe (entry.pointee.pw_uid, entry.pointee.pw_gid)
            }
        }
        return nil
    }()

    /// Runs a program to its end.
    func run(_ program: String, _ arguments: [String]) throws {
        let words = command(program, arguments)
        let child = try ChildProcess(words[0], Array(words.dropFirst()), patienceSeconds: 60)
        var said: [String] = []
        while let line = child.nextLine() { said.append(line) }
        guard child.exitCode() == 0 else {
            throw PostgresServerFault.failed(program, said.joined(separator: "\n"))
        }
    }
}

/// Why there is no server.
public enum PostgresServerFault: Error {
    /// The machine has no PostgreSQL.
    case notInstalled
    /// A program of PostgreSQL's failed; its name and what it said.
    case failed(String, String)
}
