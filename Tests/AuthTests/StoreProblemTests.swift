import Diagnostics
import Store
import Testing

@testable import Auth

/// What the database says, as this room passes it on.
@Suite struct StoreProblemTests {
    @Test func `the cause, which is logged, quotes no row`() throws {
        let problem = Problem.unique("notes_key", key: "Key (text)=(7of9)")
        let cause = try #require(Problem(store: .invalidValue(problem)).cause)
        #expect(cause.contains("notes_key") && !cause.contains("7of9"), "\(cause)")
    }
}
