import Configuration
import TestSupport
import Testing

@testable import Schema

@Suite struct SampleTests {
    @Test func `the sample application loads without a fault or a warning`() throws {
        let catalogue = try Catalogue.load(schemas: Repository.path("Schemas"))
        #expect(catalogue.models.map(\.name) == ["members", "messages", "profiles", "rooms"])
        #expect(catalogue.warnings == [])
        #expect(catalogue.rules.map(\.name) == ["room_member", "room_owner", "signed_in"])
        #expect(catalogue.project.settings.name == "team-chat")
        #expect(
            catalogue.modelsByDependency.map(\.name) == [
                "profiles", "rooms", "members", "messages",
            ])
        #expect(
            catalogue.seeds.map(\.model)
                == ["profiles", "profiles", "rooms", "members", "members", "messages", "messages"])
    }

    @Test func `members join rooms and profiles`() throws {
        let catalogue = try Catalogue.load(schemas: Repository.path("Schemas"))
        let rooms = try #require(catalogue.model("rooms"))
        let ways = rooms.relationships.map { "\($0.name) \($0.target) \($0.alias ?? "-")" }
        #expect(
            Set(ways) == [
                "rooms_owner_id_fkey profiles owner", "members_room_id_fkey members members",
                "messages_room_id_fkey messages messages", "members profiles -",
            ])
    }
}
