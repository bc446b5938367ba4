import Foundation
import ServerTestSupport
import Testing

/// What `apus dev` says of files that change: what it took, and what waits for the restart.
@Suite struct DevelopmentTests {
    @Test(.timeLimit(.minutes(10)))
    func `what was taken and what waits for the restart are told apart`() throws {
        let project = try DevelopedProject()
        let settings = #"{"auth": {"jwt_expiry_seconds": 600}, "rest": {"max_rows": 7}}"#
        try project.save("project.json", settings)
        #expect(project.nextLine() == "took rest.max_rows of project.json")
        #expect(
            project.nextLine() == "waits for the restart: auth.jwt_expiry_seconds of project.json")
        try project.save("seeds/more.json", #"{"notes": [{"id": 1, "text": "seeded"}]}"#)
        #expect(project.nextLine() == "took seeds/more.json")
        try project.save("rules.json", #"{"everybody()": "true"}"#)
        #expect(project.nextLine() == "took rules.json")
        try project.save("models/tags.json", TestProject.note)
        #expect(project.nextLine() == "applied table tags")
        #expect(project.nextLine() == "took models/tags.json")
    }

    @Test(.timeLimit(.minutes(10)))
    func `a file that is gone is told as gone`() throws {
        let project = try DevelopedProject()
        try project.save("rules.json", #"{"everybody()": "true"}"#)
        #expect(project.nextLine() == "took rules.json")
        try project.save("models/tags.json", TestProject.note)
        #expect(project.nextLine() == "applied table tags")
        #expect(project.nextLine() == "took models/tags.json")
        try project.remove("models/tags.json")
        #expect(project.nextLine()?.hasPrefix("took back table tags") == true)
        #expect(project.nextLine() == "gone, and served no more: models/tags.json")
        try project.remove("rules.json")
        #expect(project.nextLine() == "gone, and served no more: rules.json")
    }

    @Test(.timeLimit(.minutes(10)))
    func `what a flag decides, a save does not change`() throws {
        let project = try DevelopedProject([
            "--rest-max-rows", "5", "--auth-jwt-expiry-seconds", "60",
        ])
        let settings =
            #"{"auth": {"jwt_expiry_seconds": 600}, "rest": {"max_rows": 7}, "name": "x"}"#
        try project.save("project.json", settings)
        #expect(project.nextLine() == "took name of project.json")
        #expect(
            project.nextLine() == "no effect: auth.jwt_expiry_seconds of project.json, which "
                + "--auth-jwt-expiry-seconds overrules")
        #expect(
            project.nextLine()
                == "no effect: rest.max_rows of project.json, which --rest-max-rows overrules")
        try project.save("project.json", #"{"name": "x", "tls": {"key": "key.pem"}}"#)
        #expect(
            project.nextLine() == "warning: not taken: project.json; \(DevelopedProject.goesOn)")
        #expect(
            project.command.nextLine()?.hasPrefix("  Schemas/project.json:1:30 gives tls.key, ")
                == true)
    }

    @Test(.timeLimit(.minutes(10)))
    func `a save that changes nothing is not told again`() throws {
        let project = try DevelopedProject()
        let settings = #"{"auth": {"jwt_expiry_seconds": 600}}"#
        try project.save("project.json", settings)
        let waits = "waits for the restart: auth.jwt_expiry_seconds of project.json"
        #expect(project.nextLine() == waits)
        try project.save("project.json", settings)
        try project.save("project.json", "{\n  \"auth\": {\"jwt_expiry_seconds\":  600}\n}\n")
        try project.save("models/notes.json", TestProject.note)
        try project.save("models/notes.json", TestProject.note + "\n")
        let described = TestProject.note.replacing(
            "{\"prop", with: "{\"description\": \"a\", \"prop")
        try project.save("models/notes.json", described)
        #expect(project.nextLine() == "took models/notes.json")
        try project.save("project.json", "{}")
        #expect(
            project.nextLine() == "as at the start again: auth.jwt_expiry_seconds of project.json")
    }

    @Test(.timeLimit(.minutes(10)))
    func `faults are told once and their end too`() throws {
        let project = try DevelopedProject()
        let faulty = #"{"auth": {"jwt_expiry_second": 600}}"#
        try project.save("project.json", faulty)
        #expect(project.command.lines(through: "project.json:1:").count == 2)
        try project.save("project.json", faulty)
        try project.save("project.json", "{}")
        #expect(project.nextLine() == "the faults are gone; the files say what is served")
    }

    @Test(.timeLimit(.minutes(10)))
    func `the end of faults says what still waits for the restart`() throws {
        let project = try DevelopedProject()
        let settings = #"{"auth": {"jwt_expiry_seconds": 600}}"#
        let waits = "waits for the restart: auth.jwt_expiry_seconds of project.json"
        try project.save("project.json", settings)
        #expect(project.nextLine() == waits)
        try project.save("project.json", #"{"auth": {"jwt_expiry_second": 600}}"#)
        #expect(project.command.lines(through: "project.json:1:").count == 2)
        try project.save("project.json", settings)
        #expect(project.nextLine() == "the faults are gone; \(waits)")
    }

    @Test(.timeLimit(.minutes(10)))
    func `a host that was not given is asked for`() throws {
        for environment in [[:], ["APUS_LISTEN": ":8080"]] {
            let words = environment.isEmpty ? ["dev", "--listen", ":8080"] : ["dev"]
            let command = try RunningCommand(words, environment: environment)
            let line = try #require(command.nextLine())
            #expect(line.contains("127.0.0.1:8080") && line.contains("0.0.0.0:8080"))
            #expect(line.contains("APUS_LISTEN") == !environment.isEmpty)
            #expect(command.exitCode() == 2)
        }
    }

    /// What is allowed and probably not meant is told at the start, and of a save only what is new.
    @Test(.timeLimit(.minutes(10)))
    func `a model that nobody may use is told of, once`() throws {
        let closed = #"{"properties": {"a": {"type": "string"}}}"#
        func doubt(_ model: String) -> String {
            "warning: Schemas/models/\(model).json:1:1: only the service_role may read or write "
                + "\"\(model)\": it has no \"access\"; {} says that it is meant"
        }
        let project = try DevelopedProject(["--log-level", "info"])
        try project.save("models/one.json", closed)
        #expect(project.nextLine() == "applied table one")
        #expect(project.nextLine() == "took models/one.json")
        #expect(project.nextLine() == doubt("one"))
        try project.save(
            "models/two.json", closed.replacing("{\"prop", with: "{\"access\": {}, \"prop"))
        #expect(project.nextLine() == "applied table two")
        #expect(project.nextLine() == "took models/two.json")
        try project.save("models/three.json", closed)
        #expect(project.nextLine() == "applied table three")
        #expect(project.nextLine() == "took models/three.json")
        #expect(project.nextLine() == doubt("three"))
    }

    @Test(.timeLimit(.minutes(10)))
    func `a model that nobody may use is told of at the start`() throws {
        let project = try TestProject(
            models: ["one": #"{"properties": {"a": {"type": "string"}}}"#])
        let lines = try RunningCommand([
            "dev", "--project", project.path, "--listen", "127.0.0.1:0",
        ])
        .lines(through: "listening on")
        #expect(
            lines.filter { $0.contains("warning: Schemas/models/one.json:1:1: only ") }.count == 1)
    }

    @Test(.timeLimit(.minutes(10)))
    func `a file that only says a word twice is named`() throws {
        let project = try DevelopedProject()
        let twice = TestProject.note.replacing(
            #""required": ["text"]"#, with: #""required": ["text"], "required": ["text"]"#)
        try project.save("models/notes.json", twice)
        #expect(
            project.nextLine()
                == "warning: not taken: models/notes.json; \(DevelopedProject.goesOn)")
    }

    @Test(.timeLimit(.minutes(10)))
    func `a file in a folder of a folder is named with both`() throws {
        let project = try DevelopedProject()
        try project.save("models/sub/a.json", TestProject.note)
        #expect(
            project.nextLine()
                == "warning: not taken: models/sub/a.json; \(DevelopedProject.goesOn)")
    }
}
