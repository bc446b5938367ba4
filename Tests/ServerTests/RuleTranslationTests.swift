import Testing

@testable import Server

/// Expressions of PostgreSQL, as it prints and as people write them, in the rule language.
@Suite struct RuleTranslationTests {
    private static let database = Result {
        try SourceScriptFixture.database(SourceScriptFixture.tables)
    }

    /// What an expression over the table `posts` becomes.
    private func translate(
        _ sql: String, _ place: RuleTranslator.Place
    ) throws -> Result<String, Untranslated> {
        let database = try Self.database.get()
        var cursor = try TokenCursor(Array(sql.utf8))
        let node = try cursor.expression()
        try #require(cursor.isAtEnd, "\(sql)")
        let table = try #require(database.table(SourceName("public", "posts")))
        let translator = RuleTranslator(database, place, of: place == .value ? nil : table)
        let source = SourceExpression(text: sql, line: 1, node: node, fault: nil)
        return Result { () throws(Untranslated) in try translator.rule(source).text }
    }

    private static let policies: [(sql: String, rule: String)] = [
        ("true", "true"),
        ("(auth.uid() = owner)", "auth.uid() = owner"),
        ("(( SELECT auth.uid() AS uid) = owner)", "auth.uid() = owner"),
        ("(owner = (select auth.uid()))", "owner = auth.uid()"),
        ("((auth.uid())::text = title)", "auth.uid()::text = title"),
        ("(auth.role() = 'authenticated'::text)", "auth.role() = 'authenticated'"),
        ("((auth.jwt() ->> 'email'::text) = title)", "auth.jwt() ->> 'email' = title"),
        (
            "(((auth.jwt() -> 'app_metadata'::text) ->> 'role'::text) = 'clerk'::text)",
            "auth.jwt() -> 'app_metadata' ->> 'role' = 'clerk'"
        ),
        ("((meta #>> '{a,0,b}'::text[]) = 'x'::text)", "!"),
        ("((short)::text = 'a'::text)", "short = 'a'"),
        ("((mood)::text <> 'sad'::text)", "mood <> 'sad'"),
        ("(mood = 'ok'::public.mood)", "mood = 'ok'"),
        ("(title IS NOT NULL)", "title is not null"),
        ("(open IS NOT TRUE)", "open is not true"),
        ("open", "open"),
        ("(NOT open)", "not open"),
        ("(NOT (open AND (rank > 3)))", "not (open and rank > 3)"),
        ("(open OR ((rank >= 1) AND (rank < 5)))", "open or rank >= 1 and rank < 5"),
        ("((open OR (rank = 1)) AND (rank <> 2))", "(open or rank = 1) and rank <> 2"),
        ("((title = ANY (ARRAY['a'::text, 'it''s'::text])))", "title in ('a', 'it''s')"),
        (
            "((short)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
            "short in ('a', 'b')"
        ),
        ("(title = ANY ('{a,\"b c\"}'::text[]))", "title in ('a', 'b c')"),
        ("(title <> ALL (ARRAY['a'::text, 'b'::text]))", "title <> 'a' and title <> 'b'"),
        ("title NOT IN ('a', 'b')", "not title in ('a', 'b')"),
        ("(rank BETWEEN 1 AND 5)", "rank between 1 and 5"),
        ("(title ~~ 'a%'::text)", "title like 'a%'"),
        ("(title !~~* 'a%'::text)", "title not ilike 'a%'"),
        ("(title IS DISTINCT FROM 'x'::text)", "title is distinct from 'x'"),
        ("(COALESCE(rank, 0) > 0)", "coalesce(rank, 0) > 0"),
        ("(price >= (0)::numeric)", "price >= 0"),
        ("(price >= '-1.5'::numeric)", "price >= -1.5"),
        ("(born < '2026-01-01'::date)", "born < '2026-01-01'"),
        ("(at > now())", "at > now()"),
        ("(at > CURRENT_TIMESTAMP)", "at > now()"),
        ("((at)::date = born)", "at::date = born"),
        ("(char_length(TRIM(BOTH FROM title)) <= 80)", "char_length(trim(title)) <= 80"),
        ("((title || 'x'::text) = 'ax'::text)", "title || 'x' = 'ax'"),
        ("(posts.title = 'x')", "title = 'x'"),
        ("(public.posts.title = 'x')", "title = 'x'"),
        ("(\"Odd\" = 'x')", "Odd = 'x'"),
        ("(email = 'A@b.c')", "lower(email) = lower('A@b.c')"),
        ("(CURRENT_USER = 'authenticated'::name)", "auth.role() = 'authenticated'"),
        (
            "((current_setting('request.jwt.claims'::text, true))::json ->> 'sub' = 'x')",
            "auth.jwt() ->> 'sub' = 'x'"
        ),
        (
            "((NULLIF(current_setting('request.jwt.claims'::text, true), ''::text))::jsonb ->> 'a' = 'x')",
            "auth.jwt() ->> 'a' = 'x'"
        ),
        (
            "CASE WHEN open THEN true ELSE (rank > 1) END",
            "open is true or open is not true and rank > 1"
        ),
        (
            "(EXISTS ( SELECT 1 FROM public.members m WHERE ((m.room = posts.room) AND (m.who = auth.uid()))))",
            "exists(members as m where m.room = posts.room and m.who = auth.uid())"
        ),
        (
            "exists (select from members where members.room = posts.room and who = owner)",
            "exists(members where members.room = posts.room and members.who = posts.owner)"
        ),
        (
            "(NOT (EXISTS ( SELECT 1 FROM public.members WHERE members.active)))",
            "not exists(members where members.active)"
        ),
        (
            "(room IN ( SELECT members.room FROM public.members WHERE (members.who = auth.uid())))",
            "exists(members where members.who = auth.uid() and posts.room = members.room)"
        ),
        (
            "(room = ANY ( SELECT members.room FROM public.members))",
            "exists(members where posts.room = members.room)"
        ),
        (
            "(( SELECT profiles.role FROM public.profiles WHERE (profiles.id = auth.uid())) = 'admin'::text)",
            "exists(profiles where profiles.id = auth.uid() and profiles.role = 'admin')"
        ),
        (
            "('admin' = (select role from profiles where id = owner limit 1))", "!"
        ),
        (
            "exists (select 1 from members m join profiles p on p.id = m.who where m.room = posts.room and p.staff)",
            "exists(members as m where exists(profiles as p where p.id = m.who and m.room = posts.room and p.staff))"
        ),
        (
            "(EXISTS ( SELECT 1 FROM (public.members m JOIN public.profiles p ON ((p.id = m.who)))))",
            "exists(members as m where exists(profiles as p where p.id = m.who))"
        ),
        (
            "exists (select 1 from posts p where p.id = posts.rank)", "exists(posts as p where p.id = posts.rank)"
        ),
        (
            "public.joined(room)",
            "exists(members as m where m.room = posts.room and m.who = auth.uid())"
        ),
        (
            "public.staff()", "exists(profiles where profiles.id = auth.uid() and profiles.staff)"
        ),
        (
            "(room IN ( SELECT public.my_rooms() AS my_rooms))",
            "exists(members where members.who = auth.uid() and posts.room = members.room)"
        ),
        (
            "exists (select 1 from own where own.id = posts.room)",
            "exists(own where own.who = auth.uid() and own.id = posts.room)"
        ),
        ("exists (select 1 from closed)", "exists(closed where false)"),
        // What PostgreSQL means by these is less, or other, than their words here would.
        ("public.exact(room)", "!"),
        ("public.moved()", "!"),
        ("public.two(room)", "!"),
        ("public.less()", "!"),
        ("public.owner()", "!"),
        ("(fixed <> 'ab'::bpchar)", "!"),
        ("((price)::integer <> 2)", "!"),
        ("((title)::character varying(3) <> 'sec'::text)", "!"),
        ("(email IS DISTINCT FROM 'x'::public.citext)", "!"),
        ("exists (select count(*) from members)", "!"),
        ("(select active from members where who = auth.uid())", "!"),
    ]

    @Test(arguments: policies)
    func `a policy means the same`(sql: String, rule: String) throws {
        let result = try translate(sql, .access)
        if rule == "!" {
            #expect(throws: Untranslated.self) { try result.get() }
        } else {
            #expect(try result.get() == rule)
        }
    }

    @Test(arguments: [
        ("(price / 2 > 3)", "division"), ("(at > (now() - '7 days'::interval))", "arithmetic"),
        ("(title ~ '^a'::text)", "regular expressions"), ("(tags @> ARRAY['a'::text])", "@>"),
        ("(owner = ANY (tags))", "array"), ("(mood < 'ok'::public.mood)", "order of an enumeration"),
        ("((storage.foldername(title))[1] = 'a')", "elements"), ("nothing", "no column nothing"),
        ("public.long()", "more than one expression"), ("public.again()", "calls itself"),
        ("public.clash(owner)", "parameter"), ("other.fn(title)", "no function other.fn()"),
        ("(room NOT IN (select room from members))", "NOT IN of a query"),
        ("(NOT ((select staff from profiles)))", "null is not false"),
        ("exists (select 1 from members group by room)", "GROUP"),
        ("exists (select 1 from hard)", "whose policy \"p\" is not translated"),
        ("exists (select 1 from nowhere)", "no table of the source"),
        ("((select count(*) from members) > 3)", "counted"), ("gen_random_uuid() = owner", "defaults"),
        ("extract(epoch from at) > 3", "no function extract"), ("(rank)::interval > at", "no cast"),
        ("((rank, room) = (1, owner))", "rows are not compared"),
    ])
    func `what means something else is not said`(sql: String, reason: String) throws {
        let result = try translate(sql, .access)
        switch result {
        case .success(let rule): Issue.record("\(sql) became \(rule)")
        case .failure(let fault): #expect(fault.reason.contains(reason), "\(fault.reason)")
        }
    }

    @Test(arguments: [
        ("(rank > 0)", "rank > 0"), ("(auth.uid() = owner)", "!"), ("(at > now())", "!"),
        ("exists (select 1 from members)", "!"),
    ])
    func `checks see their row alone`(sql: String, rule: String) throws {
        let result = try translate(sql, .row)
        if rule == "!" {
            #expect(throws: Untranslated.self) { try result.get() }
        } else {
            #expect(try result.get() == rule)
        }
    }

    @Test(arguments: [
        ("now()", "now()"), ("timezone('utc'::text, now())", "now()"),
        ("gen_random_uuid()", "gen_random_uuid()"),
        ("extensions.uuid_generate_v4()", "gen_random_uuid()"), ("auth.uid()", "auth.uid()"),
        ("(auth.jwt() ->> 'email'::text)", "auth.jwt() ->> 'email'"), ("rank", "!"),
        ("CURRENT_DATE", "now()::date"), ("encode(a, 'hex')", "!"), ("(now() + '1 day'::interval)", "!"),
    ])
    func `defaults call what makes values`(sql: String, rule: String) throws {
        let result = try translate(sql, .value)
        if rule == "!" {
            #expect(throws: Untranslated.self) { try result.get() }
        } else {
            #expect(try result.get() == rule)
        }
    }
}
