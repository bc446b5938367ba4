import HTTP
import PostgresTestSupport
import Store
import Testing

@testable import Auth

@Suite(.fewAtOnce) struct PathTests {
    @Test func `the paths that are told are those of the rows`() throws {
        let fixture = try Fixture()
        let table: RouteTable<Void> = fixture.service.routes(
            bodyBytesMax: .max, lookUps: fixture.database)
        #expect(Set(table.routes.map(\.pattern)) == Set(AuthService.paths))
    }
}
