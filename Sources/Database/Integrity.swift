extension Reader {
    /// What SQLite's own check finds wrong with the file, at most `limit` findings; empty when it
    /// is sound.
    ///
    /// Reads the whole file: for the command line and tests.
    public func integrityFindings(limit: Int = 100) throws(DatabaseError) -> [String] {
        try query(
            text: "PRAGMA integrity_check(\(limit))", arguments: [],
            budget: .timeout(.seconds(86_400))
        ) { rows throws(DatabaseError) in
            var findings: [String] = []
            while try rows.next() {
                let finding = rows.text(0)
                if finding != "ok" { findings.append(finding) }
            }
            return findings
        }
    }
}
