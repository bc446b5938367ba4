import Foundation
import TestSupport

@testable import Server

/// Scripts of PostgreSQL for tests of what is read of them.
enum SourceScriptFixture {
    /// What a script holds.
    static func database(_ script: String) throws -> SourceDatabase {
        let directory = try TemporaryDirectory()
        let file = directory.file("script.sql")
        try script.write(toFile: file, atomically: false, encoding: .utf8)
        return try SourceScript.read(file)
    }

    /// Tables that expressions of tests name.
    static let tables = """
        CREATE TYPE public.mood AS ENUM ('sad', 'ok');
        CREATE TABLE public.posts (
            id bigint NOT NULL, owner uuid, title text, short character varying(20), mood public.mood,
            rank integer, price numeric(8,2), open boolean, born date, at timestamp with time zone,
            meta jsonb, tags text[], email public.citext, room uuid, "Odd" text, fixed character(3)
        );
        CREATE TABLE public.members (room uuid, who uuid, part text, active boolean);
        CREATE TABLE public.profiles (id uuid, role text, staff boolean);
        CREATE TABLE public.closed (id uuid, who uuid);
        ALTER TABLE public.closed ENABLE ROW LEVEL SECURITY;
        CREATE TABLE public.own (id uuid, who uuid);
        ALTER TABLE public.own ENABLE ROW LEVEL SECURITY;
        CREATE POLICY p ON public.own FOR SELECT USING ((who = auth.uid()));
        CREATE TABLE public.hard (id uuid, who uuid);
        ALTER TABLE public.hard ENABLE ROW LEVEL SECURITY;
        CREATE POLICY p ON public.hard FOR SELECT USING ((extract(epoch from now()) > 1));
        CREATE FUNCTION public.joined(r uuid) RETURNS boolean LANGUAGE sql SECURITY DEFINER AS $$
          select exists (select 1 from members m where m.room = r and m.who = auth.uid()) $$;
        CREATE FUNCTION public.staff() RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER AS $$
          begin return (select staff from profiles where id = auth.uid()); end $$;
        CREATE FUNCTION public.my_rooms() RETURNS SETOF uuid LANGUAGE sql SECURITY DEFINER AS $$
          select room from members where who = auth.uid() $$;
        CREATE FUNCTION public.clash(room uuid) RETURNS boolean LANGUAGE sql AS $$
          select exists (select 1 from members where members.room = room) $$;
        CREATE FUNCTION public.long() RETURNS boolean LANGUAGE plpgsql AS $$
          declare a int; begin a := 1; return a > 0; end $$;
        CREATE FUNCTION public.again() RETURNS boolean LANGUAGE sql AS $$ select public.again() $$;
        CREATE FUNCTION public.exact(r uuid) RETURNS boolean LANGUAGE sql STRICT AS $$
          select r is null $$;
        CREATE FUNCTION public.moved() RETURNS boolean LANGUAGE sql SET search_path = private AS $$
          select exists (select 1 from members) $$;
        CREATE FUNCTION public.two(r uuid) RETURNS boolean LANGUAGE sql AS $$ select false $$;
        CREATE FUNCTION public.two(r text) RETURNS boolean LANGUAGE sql AS $$ select true $$;
        CREATE FUNCTION public.less(r uuid DEFAULT NULL) RETURNS boolean LANGUAGE sql AS $$
          select r is null $$;
        CREATE FUNCTION public.owner() RETURNS boolean LANGUAGE sql SECURITY DEFINER AS $$
          select current_user = 'anon' $$;
        ALTER TABLE ONLY public.profiles ADD CONSTRAINT profiles_pkey PRIMARY KEY (id);
        GRANT SELECT ON TABLE public.posts, public.members, public.profiles, public.closed,
          public.own, public.hard TO anon, authenticated;
        """
}
