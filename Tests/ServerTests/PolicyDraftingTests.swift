import Bytes
import Testing

@testable import Server

/// What policies and grants of a table become: nobody may do more than before.
@Suite struct PolicyDraftingTests {
    private static let base = """
        CREATE TABLE public.t (id integer NOT NULL, owner uuid, open boolean, name text);
        ALTER TABLE ONLY public.t ADD CONSTRAINT t_pkey PRIMARY KEY (id);
        """
    private static let secured = "ALTER TABLE public.t ENABLE ROW LEVEL SECURITY;"
    private static let mine = "(owner = auth.uid())"
    private static let never = "(name ~ 'x')"

    /// The access table of `t`.
    private func access(_ script: String) throws -> (json: String, notes: [ImportNote]) {
        let database = try SourceScriptFixture.database(Self.base + script)
        let drafting = ModelDrafting(database, schema: "public")
        let trial = DraftTrial(drafting.models, of: database, beside: [])
        let text = String(utf8: try #require(trial.files.first).contents)
        let root = try JSONDocument(parsing: Array(text.utf8)).root
        let json = root["access"].map { String(utf8: $0.raw) } ?? "-"
        return (json, drafting.notes + trial.notes)
    }

    struct Case: Sendable {
        let script: String
        let access: String

        /// A table with row-level security.
        static func secured(_ policies: [String], grants: String = "", _ access: String) -> Case {
            let script = policies.map { "CREATE POLICY \($0);" }.joined()
            return Case(script: PolicyDraftingTests.secured + script + grants, access: access)
        }

        static func open(_ grants: String, _ access: String) -> Case {
            Case(script: grants, access: access)
        }
    }

    private static let reads: [Case] = [
        .secured([], "-"),
        .secured(["p ON public.t USING (true)"], #"{"all": true}"#),
        .secured(["p ON public.t FOR SELECT USING \(mine)"], #"{"read": "owner = auth.uid()"}"#),
        .secured(
            ["p ON public.t FOR SELECT TO authenticated USING (true)"],
            #"{"read": "auth.role() = 'authenticated'"}"#),
        .secured(
            ["p ON public.t FOR SELECT TO anon, authenticated USING (open)"], #"{"read": "open"}"#),
        .secured(["p ON public.t FOR SELECT TO service_role USING (true)"], "-"),
        .secured(["p ON public.t FOR SELECT TO clerk USING (true)"], "-"),
        .secured(
            ["p ON public.t FOR SELECT USING \(mine)", "q ON public.t FOR SELECT USING (open)"],
            #"{"read": "owner = auth.uid() or open"}"#),
        .secured(
            [
                "p ON public.t FOR SELECT USING (true)",
                "q ON public.t AS RESTRICTIVE FOR SELECT USING (open)",
            ], #"{"read": "open"}"#),
        .secured(["q ON public.t AS RESTRICTIVE USING (open)"], "-"),
        .secured(
            [
                "p ON public.t FOR SELECT USING (true)",
                "q ON public.t AS RESTRICTIVE FOR SELECT TO anon USING (open)",
            ], #"{"read": "auth.role() = 'authenticated' or open"}"#),
        .secured(
            [
                "p ON public.t FOR SELECT USING (true)",
                "q ON public.t AS RESTRICTIVE FOR SELECT TO service_role USING (false)",
            ], #"{"read": true}"#),
        // Whoever may be a clerk.
        .secured(
            [
                "p ON public.t FOR SELECT USING (true)",
                "q ON public.t AS RESTRICTIVE FOR SELECT TO clerk USING (false)",
            ], "-"),
        // A policy without a condition allows nothing.
        .secured(["p ON public.t FOR SELECT"], "-"),
        .secured(["p ON public.t WITH CHECK (open)"], #"{"create": "open"}"#),
        .secured(["p ON public.t FOR INSERT"], "-"),
        // What is not followed closes the table.
        .secured(
            ["p ON public.t FOR SELECT USING (true)"],
            grants: "ALTER POLICY p ON public.t USING (false);", "-"),
        .secured(
            ["p ON public.t FOR SELECT USING (true)"], grants: "DROP POLICY p ON public.t;", "-"),
        .secured(
            [
                "p ON public.t FOR SELECT USING (true)",
                "q ON public.t AS RESTRICTIVE USING (name LIKE 'a!%' ESCAPE '!')",
            ], "-"),
        .open(
            """
            ALTER TABLE public.t OWNER TO postgres, FORCE ROW LEVEL SECURITY,
            ENABLE ROW LEVEL SECURITY; GRANT ALL ON TABLE public.t TO anon;
            """, "-"),
    ]

    /// What is not translated, and what the rule language refuses by its types.
    private static let untranslated: [Case] = [
        .secured(["p ON public.t FOR SELECT USING \(never)"], "-"),
        .secured(
            ["p ON public.t FOR SELECT USING (open)", "q ON public.t FOR SELECT USING \(never)"],
            #"{"read": "open"}"#),
        .secured(
            [
                "p ON public.t FOR SELECT USING (true)",
                "q ON public.t AS RESTRICTIVE FOR SELECT USING \(never)",
            ], "-"),
        .secured(["p ON public.t FOR SELECT USING (true OR \(never))"], "-"),
        .secured(["p ON public.t FOR SELECT USING ((id = name))"], "-"),
    ]

    private static let writes: [Case] = [
        .secured(
            [
                "p ON public.t FOR UPDATE USING (open) WITH CHECK \(mine)",
                "q ON public.t FOR SELECT USING (true)",
            ],
            #"{"read": true, "update": {"using": "open", "check": "owner = auth.uid()"}}"#),
        .secured(
            ["p ON public.t USING \(mine) WITH CHECK (open)"],
            """
            {"read": "owner = auth.uid()", "create": "open",
             "update": {"using": "owner = auth.uid()", "check": "open and owner = auth.uid()"},
             "delete": "owner = auth.uid()"}
            """),
    ]

    /// PostgreSQL finds the rows of an UPDATE or DELETE by the policies of SELECT, too, and judges
    /// by them the row that an UPDATE leaves (manual, "CREATE POLICY", table of policies applied).
    private static let found: [Case] = [
        .secured(["p ON public.t FOR UPDATE USING (open)"], "-"),
        .secured(["p ON public.t FOR DELETE USING (open)"], "-"),
        .secured(
            ["p ON public.t FOR UPDATE USING (open)", "q ON public.t FOR SELECT USING \(mine)"],
            #"{"read": "owner = auth.uid()", "update": "open and owner = auth.uid()"}"#),
        .secured(
            ["p ON public.t FOR DELETE USING (open)", "q ON public.t FOR SELECT USING \(mine)"],
            #"{"read": "owner = auth.uid()", "delete": "open and owner = auth.uid()"}"#),
        // What allows to change a row allows to read it.
        .secured(
            [
                "p ON public.t FOR UPDATE USING (((owner = auth.uid()) AND open))",
                "q ON public.t FOR SELECT USING \(mine)", "r ON public.t FOR SELECT USING ((id > 5))",
            ],
            """
            {"read": "owner = auth.uid() or id > 5", "update": "owner = auth.uid() and open"}
            """),
        .secured(
            [
                "p ON public.t FOR UPDATE TO authenticated USING (open)",
                "q ON public.t FOR SELECT TO anon USING (open)",
            ],
            #"{"read": "auth.role() = 'anon' and open"}"#),
        .secured(
            [
                "p ON public.t FOR UPDATE USING (open)", "q ON public.t FOR SELECT USING (open)",
                "r ON public.t AS RESTRICTIVE FOR SELECT USING \(mine)",
            ],
            """
            {"read": "open and owner = auth.uid()", "update": "open and owner = auth.uid()"}
            """),
        .secured(
            [
                "p ON public.t FOR UPDATE USING (open)", "q ON public.t FOR SELECT USING \(never)",
            ], "-"),
        // Without the privilege no row is found.
        .secured(
            ["p ON public.t USING (true)"],
            grants: "GRANT UPDATE, INSERT ON TABLE public.t TO anon;",
            #"{"create": "auth.role() = 'anon'"}"#),
        .open("GRANT UPDATE, DELETE ON TABLE public.t TO anon;", "-"),
    ]

    private static let granted: [Case] = [
        .secured(
            ["p ON public.t USING (true)"], grants: "GRANT SELECT ON TABLE public.t TO anon;",
            #"{"read": "auth.role() = 'anon'"}"#),
        .open(
            """
            GRANT SELECT ON TABLE public.t TO authenticated;
            GRANT ALL ON TABLE public.t TO service_role;
            """, #"{"read": "auth.role() = 'authenticated'"}"#),
        .open(
            "GRANT SELECT, INSERT ON TABLE public.t TO PUBLIC;", #"{"read": true, "create": true}"#),
        .open("GRANT ALL ON TABLE public.t TO service_role;", "-"),
        .open("GRANT SELECT(id, name) ON TABLE public.t TO anon;", "-"),
        .open(
            """
            GRANT ALL ON TABLE public.t TO anon; REVOKE DELETE ON TABLE public.t FROM anon;
            GRANT ALL ON TABLE public.t TO authenticated;
            REVOKE ALL ON TABLE public.t FROM authenticated;
            """,
            """
            {"read": "auth.role() = 'anon'", "create": "auth.role() = 'anon'",
             "update": "auth.role() = 'anon'"}
            """),
        .open("", "-"),
        // Whoever may not use the schema does not come to its tables.
        .open("REVOKE USAGE ON SCHEMA public FROM PUBLIC; GRANT ALL ON TABLE public.t TO anon;", "-"),
        .open(
            """
            REVOKE ALL ON SCHEMA public FROM PUBLIC; GRANT USAGE ON SCHEMA public TO anon;
            GRANT SELECT ON TABLE public.t TO anon, authenticated;
            """, #"{"read": "auth.role() = 'anon'"}"#),
        .secured(
            ["p ON public.t FOR SELECT USING (true)"],
            grants: """
                REVOKE ALL ON SCHEMA public FROM PUBLIC;
                GRANT SELECT ON TABLE public.t TO anon, authenticated;
                """, "-"),
    ]

    @Test(arguments: reads + untranslated + writes + found + granted)
    func `access is what it was, or less`(case given: Case) throws {
        let (json, notes) = try access(given.script)
        #expect(json.withoutBlanks == given.access.withoutBlanks, "\(notes)")
        let isLeftOut = given.script.contains(Self.never) || given.script.contains("id = name")
        #expect(!isLeftOut || notes.contains { $0.subject == .access && $0.name.hasPrefix("t: ") })
    }

    @Test func `a schema that callers may not use is told`() throws {
        let (_, notes) = try access(
            "REVOKE ALL ON SCHEMA public FROM PUBLIC; GRANT ALL ON TABLE public.t TO anon;")
        #expect(notes.contains { $0.isUrgent && $0.text.contains("USAGE") }, "\(notes)")
    }

    @Test func `an open table is told loudly`() throws {
        let (_, notes) = try access("GRANT ALL ON TABLE public.t TO anon;")
        #expect(notes.contains { $0.isUrgent && $0.subject == .access && $0.text.contains("EVERY row") })
    }
}

extension String {
    /// Without blanks, which say nothing here.
    fileprivate var withoutBlanks: String { filter { !$0.isWhitespace } }
}
