import Bytes
import Configuration
import Diagnostics
import Disk
import Glibc
import PostgresWire
import StorePostgres

extension DatabaseAddress {
    /// The servers that it names, completed as libpq does it: by a service file, by the `PG*`
    /// variables, by the password file.
    ///
    /// - Throws: `SettingFault` with what is wrong with it.
    func cluster() throws(SettingFault) -> ClusterConfiguration {
        // As libpq takes it: a variable that is empty says nothing.
        let environment = ProcessEnvironment.variables.filter { !$0.value.isEmpty }
        let target: ConnectionTarget
        do throws(ConnectionStringFault) {
            target = try ConnectionTarget(
                text, environment: environment, services: try Self.services(environment),
                systemUser: Self.systemUser)
        } catch {
            throw SettingFault(message: "the database address \(self): \(error)")
        }
        return ClusterConfiguration(target, passwords: try Self.passwords(of: target))
    }

    /// The services of `PGSERVICEFILE`, `~/.pg_service.conf` or `PGSYSCONFDIR/pg_service.conf`, the
    /// first that is there.
    private static func services(
        _ environment: [String: String]
    ) throws(ConnectionStringFault) -> ServiceFile {
        let paths = [
            environment["PGSERVICEFILE"], environment["HOME"].map { $0 + "/.pg_service.conf" },
            environment["PGSYSCONFDIR"].map { $0 + "/pg_service.conf" },
        ]
        for case let path? in paths {
            if let contents = FileSystem.contents(of: path) {
                return try ServiceFile(String(utf8: contents))
            }
        }
        return ServiceFile()
    }

    /// The password file that the target names, or `~/.pgpass`. One that others may read is not
    /// used, as libpq does not.
    private static func passwords(
        of target: ConnectionTarget
    ) throws(SettingFault) -> PasswordFile? {
        let home = ProcessEnvironment.variables["HOME"].map { $0 + "/.pgpass" }
        guard target.password == nil, let path = target.passwordFile ?? home else { return nil }
        var status = stat()
        guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        guard status.st_mode & 0o077 == 0 else {
            throw SettingFault(
                message: "the password file \(path) may be read by others: chmod 600 closes it")
        }
        return FileSystem.contents(of: path).map { PasswordFile(String(utf8: $0)) }
    }

    private static var systemUser: String? {
        guard let entry = unsafe getpwuid(geteuid()) else { return nil }
        return unsafe String(cString: entry.pointee.pw_name)
    }
}
