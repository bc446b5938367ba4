import Bytes
import Diagnostics
import Store
import TestSupport
import Testing
import Values

@testable import Schema

/// Tables, columns, checks and indexes of any name, made, renamed, made anew and dropped.
@Suite(.blocking) struct AnyNameTests {
    private static func models(
        _ name: (String) -> String = { $0 }, maxLength: Int64 = 50, isRenamed: Bool = false
    ) throws -> Catalogue {
        try catalogue(
            WrittenNames.all.map { former in
                (
                    "models/\(name(former)).json",
                    WrittenNames.model(
                        name(former), renamedFrom: isRenamed ? former : nil, maxLength: maxLength)
                )
            })
    }

    /// Another name, which is no longer than one may be.
    private static func renamed(_ name: String) -> String {
        name.utf8.count > 60 ? "~" : "~" + name
    }

    @Test(arguments: Engine.installed)
    func `whatever has any name gets another, other bounds, and goes`(engine: Engine) throws {
        let place = try ChangePlace(engine)
        defer { place.close() }
        let models = try Self.models()
        try place.make(models)
        try place.expectSame(as: place.declared(models))
        for name in WrittenNames.all {
            let quoted = WrittenNames.inRule(name)
            try place.run("INSERT INTO \(quoted) (id, \(quoted)) VALUES (1, 'x')")
        }
        let renamed = try Self.models(Self.renamed, isRenamed: true)
        let difference = Difference.between(try place.structure(), try place.declared(renamed))
        #expect(difference.losses == [])
        for changed in [renamed, try Self.models(Self.renamed, maxLength: 60)] {
            try place.make(changed)
            try place.expectSame(as: place.declared(changed))
            #expect(Difference.between(try place.structure(), try place.declared(changed)).isEmpty)
        }
        for name in WrittenNames.all.map(Self.renamed) {
            let quoted = WrittenNames.inRule(name)
            #expect(try place.value("SELECT \(quoted) FROM \(quoted)") == "x", "\(name)")
        }
        try place.make(try catalogue([]))
        #expect(try place.structure().tables.isEmpty)
    }

    @Test(arguments: Engine.installed)
    func `a file says the same, and builds it`(engine: Engine) throws {
        let place = try ChangePlace(engine)
        defer { place.close() }
        var set = try place.extended(place.emptySet, try Self.models())
        set = try place.extended(set, try Self.models(Self.renamed, isRenamed: true))
        let last = try Self.models(Self.renamed, maxLength: 60)
        set = try place.extended(set, last)
        _ = try place.migrator(set).apply()
        try place.expectSame(as: place.declared(last))
    }

    @Test(arguments: Engine.installed)
    func `seeds are planted under any name`(engine: Engine) throws {
        let place = try ChangePlace(engine)
        defer { place.close() }
        let seeds = JSON.object(
            WrittenNames.all.map { JSON.Member($0, [["id": 1, $0: "x"], ["id": 2, $0: "y"]]) })
        let text = String(decoding: seeds.bytes, as: UTF8.self)
        let files = WrittenNames.all.map { ("models/\($0).json", WrittenNames.model($0)) }
        let seeded = try catalogue(files + [("seeds/all.json", text)])
        try place.make(seeded)
        for added in [WrittenNames.all.count * 2, 0] {
            let planting = try seeded.plantSeeds(in: place.target) { _, _ throws(Problem) in .null }
            #expect(planting.added == added)
            #expect(planting.kept == [])
        }
    }

    /// What is told of a change that is made by hand is told with names as they are written.
    @Test(arguments: Engine.installed)
    func `names are told as they are written`(engine: Engine) throws {
        let place = try ChangePlace(engine)
        defer { place.close() }
        let before = #"""
            {"properties": {"id": {"type": "integer"}, "firstName": {"type": "string"},
              "Größe": {"type": "integer"}}, "unique": [["firstName", "Größe"]]}
            """#
        try place.make(try catalogue([("models/Leute.json", before)]))
        let after = #"{"properties": {"id": {"type": "integer"}}}"#
        let declared = try place.declared(try catalogue([("models/Leute.json", after)]))
        let difference = Difference.between(try place.structure(), declared)
        #expect(
            Set(difference.items.map(\.description)) == [
                "drop of column Leute.firstName", "drop of column Leute.Größe",
                "drop of unique (firstName, Größe) of Leute",
            ])
        let none = try place.declared(try catalogue([]))
        #expect(
            Difference.between(try place.structure(), none).items.map(\.description)
                == ["drop of table Leute"])
    }
}
