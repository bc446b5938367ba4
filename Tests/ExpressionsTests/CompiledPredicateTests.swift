import Diagnostics
import Query
import Schema
import Store
import Testing
import Values

@testable import Expressions

/// What predicates cost, and that a bound holds.
@Suite struct CompiledPredicateTests {
    private static let model = """
        {"properties": {
          "id": {"type": "integer"}, "title": {"type": "string"}, "n": {"type": "integer"}}}
        """

    private static func predicate(_ filter: String) throws -> CompiledPredicate {
        let catalogue = try Catalogue(parsing: [
            (path: "models/things.json", contents: Array(model.utf8))
        ])
        let model = try #require(catalogue.model("things"))
        let parsed = try #require(try FeedFilter.parse(filter))
        return CompiledPredicate(try parsed.resolved(for: model).predicate)
    }

    private static func truth(
        _ predicate: CompiledPredicate, of title: String, _ steps: StepCounter?
    ) throws -> Bool? {
        let model = predicate.predicate.model
        let values = model.columns.map { $0.name == "title" ? Value.text(title) : .null }
        return try predicate.evaluate(
            RowInput(new: values, model: model),
            in: Evaluation(context: Identity.anonymous.context(now: nil)), counting: steps)
    }

    @Test(arguments: [
        ("n=eq.1", true), ("n=eq.1,title=neq.a", true), ("n=in.(1,2,3)", true),
        ("title=like.a%", false), ("n=eq.1,title=ilike.a%", false),
        ("n=in.(\((1...40).map(String.init).joined(separator: ",")))", false),
    ])
    func `what reads through texts or has many parts is not simple`(
        filter: String, isSimple: Bool
    ) throws {
        #expect(try Self.predicate(filter).isSimple == isSimple)
    }

    @Test(arguments: ["like", "ilike"])
    func `a pattern is charged for every byte, and ended`(test: String) throws {
        let predicate = try Self.predicate("title=\(test).%a_b%")
        let title = String(repeating: "a", count: 5_000)
        let steps = StepCounter()
        #expect(try Self.truth(predicate, of: title, steps) == false)
        #expect(steps.count > 15_000)
        steps.allow(10_000)
        #expect(throws: Problem.stepsSpent) { try Self.truth(predicate, of: title, steps) }
        // The next one is allowed steps of its own.
        steps.allow(10_000)
        #expect(try Self.truth(predicate, of: "xaxbx", steps) == true)
        #expect(try Self.truth(predicate, of: "xaxbx", nil) == true)
    }

    @Test func `steps short of a look at the clock are charged too`() throws {
        let pattern = try LikePattern("%a_b%", ignoresCase: false)
        let text = String(repeating: "a", count: 1_000)
        var steps = 0
        let fits = pattern.matches(utf8: text.utf8Span.span) { charged in
            steps += charged
            return true
        }
        #expect(fits == false)
        #expect(steps > 3_500)
    }
}
