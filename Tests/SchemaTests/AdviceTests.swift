import Diagnostics
import Store
import StoreSQLite
import Testing

@testable import Schema

/// What is printed about changed models is followed literally: rows stay, and the files still build
/// a database from nothing.
@Suite struct AdviceTests {
    /// A model before and after, something that somebody has made by hand beside it, and the
    /// statement that is told.
    static let dependents: [(before: String, after: String, made: String, told: String)] = [
        (
            #"{"properties": {"a": {"type": "string"}, "b": {"type": "string"}}}"#,
            #"{"properties": {"a": {"type": "string"}}}"#,
            "CREATE VIEW bs AS SELECT b FROM things", #"DROP VIEW "bs";"#
        ),
        (
            #"{"properties": {"a": {"type": "string"}, "b": {"type": "string"}}}"#,
            #"{"properties": {"a": {"type": "string"}}}"#,
            """
            CREATE TRIGGER tb AFTER UPDATE ON things BEGIN UPDATE things SET a = new.b; END
            """, #"DROP TRIGGER "tb";"#
        ),
    ]

    @Test(arguments: dependents)
    func `what names a column that goes is told to be dropped, and can be`(
        _ change: (before: String, after: String, made: String, told: String)
    ) throws {
        var set = try MigrationTests.extended(MigrationSet([]), [("models/things.json", change.before)])
        let byHand = try #require(
            MigrationFile(fileName: "20261122T000000_by_hand.sql", text: Array("\(change.made);".utf8)))
        set = MigrationSet(set.files + [byHand])
        let declared = try tables(things(change.after))
        let refusals = Difference.between(try outcome(of: set), declared).refusals
        #expect(refusals.count == 1)
        #expect(refusals.first?.advice.hasSuffix(change.told) == true, "\(refusals)")
        let followed = try #require(
            MigrationFile(fileName: "20261123T000000_follow.sql", text: Array(change.told.utf8)))
        let extended = MigrationSet(set.files + [followed])
        let difference = Difference.between(try outcome(of: extended), declared)
        #expect(difference.refusals == [])
        #expect(difference.losses.map(\.description) == ["drop of column things.b"])
    }
}
