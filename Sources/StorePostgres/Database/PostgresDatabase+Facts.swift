import Values
public import Diagnostics
import Store
import Synchronization

extension PostgresDatabase {
    /// See ``Store/Database/fact(_:)``. Facts are read when the database is opened; what other
    /// nodes note afterwards is known from the next start on.
    public func fact(_ name: String) -> String? { facts.withLock { $0[name] } }

    /// See ``Store/Database/note(_:_:)``.
    public func note(_ name: String, _ value: String) throws(Problem) {
        let table = SQL(text: space.name("meta"))
        try writeAndWait { transaction throws(Problem) in
            _ = try worded { () throws(DatabaseError) in
                try transaction.run(
                    """
                    INSERT INTO \(table) (key, value) VALUES (\(name), \(value))
                    ON CONFLICT (key) DO UPDATE SET value = excluded.value
                    """)
            }
        }
        facts.withLock { $0[name] = value }
    }

    /// See ``Store/Database/noteIfAbsent(_:_:)``.
    public func noteIfAbsent(_ name: String, _ value: String) throws(Problem) -> String {
        if let noted = fact(name) { return noted }
        let table = SQL(text: space.name("meta"))
        let rows = try writeAndWait { transaction throws(Problem) in
            try worded { () throws(DatabaseError) in
                try transaction.rows(
                    """
                    INSERT INTO \(table) AS m (key, value) VALUES (\(name), \(value))
                    ON CONFLICT (key) DO UPDATE SET value = m.value RETURNING value
                    """, as: [.text])
            }
        }
        guard case .text(let noted)? = rows.first?.first else { return value }
        facts.withLock { $0[name] = noted }
        return noted
    }
}

extension BlockingSession {
    /// What has been noted; nothing where no server has served the database yet.
    ///
    /// - Throws: `unsuitable_database` where the server or the role cannot do what migrations need.
    func suitableFacts() throws(Problem) -> [String: String] {
        let space = LogSpace()
        let server = try worded { () throws(DatabaseError) in try ServerInspection(self, space) }
        try server.require(space)
        guard server.isInstalled else { return [:] }
        let facts = try worded { () throws(DatabaseError) in try self.facts(space).facts }
        try server.require(noted: facts, in: space)
        return facts
    }

    /// What has been noted, and the history of changes in force.
    func facts(_ space: LogSpace) throws(DatabaseError) -> (facts: [String: String], epoch: String)
    {
        let rows = try run(
            """
            SELECT key, value FROM \(space.name("meta")) WHERE key <> 'version'
            UNION ALL
            (SELECT NULL, epoch FROM \(space.name("epochs")) ORDER BY number DESC LIMIT 1)
            """)
        var facts: [String: String] = [:]
        var epoch = ""
        for row in rows {
            if let key = row[0] { facts[key] = row[1] } else { epoch = row[1] ?? "" }
        }
        return (facts, epoch)
    }
}
