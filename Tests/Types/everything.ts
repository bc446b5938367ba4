// What the types of Tests/ClientsTests/Project let one write, and what they do not.
import {
  type CompositeTypes, Constants, type Database, type Enums, type Json, type Tables,
  type TablesInsert, type TablesUpdate,
} from "./database.types.ts"

/** Whether two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function same<T extends true>(_same?: T) {}

// Rows: null where a column may be null, or is hidden from some.
declare const row: Tables<"everything">
same<Same<typeof row, Database["public"]["Tables"]["everything"]["Row"]>>()
same<Same<typeof row.id, string>>()
same<Same<typeof row.owner_id, number | null>>()
same<Same<typeof row.price, number>>()
same<Same<typeof row.large, number>>()
same<Same<typeof row.bytes, string | null>>()
same<Same<typeof row.day, string | null>>()
same<Same<typeof row.at, string>>()
same<Same<typeof row.is_open, boolean>>()
same<Same<typeof row.secret, string | null>>()
same<Same<typeof row.rank, 1 | 2 | 3 | null>>()
same<Same<typeof row.anything, Json | null>>()
same<Same<typeof row.list, Json[] | null>>()
same<Same<typeof row.tags, ("a" | "b-c")[]>>()
same<Same<typeof row.shape.theme, "light" | "dark">>()
same<Same<typeof row.shape.points, { x: number; y: number }[]>>()
same<Same<typeof row.shape.perhaps, string | null | undefined>>()
same<Same<Enums<"everything_state">, "draft" | "in progress" | "done" | "" | "1st" | "self">>()
same<Same<Tables<{ schema: "public" }, "owners">, Tables<"owners">>>()
same<Same<TablesInsert<{ schema: "public" }, "owners">, TablesInsert<"owners">>>()
same<Same<Enums<{ schema: "public" }, "class_a_b">, "x">>()
same<Same<CompositeTypes<never>, never>>()
const text: string = row.label
const length: number = row.tags.length + row.shape.points[0].x
const json: Json = row.shape
const open: Json | undefined = row.open_shape?.anything

// @ts-expect-error: may be null
const owner: number = row.owner_id
// @ts-expect-error: is hidden from some
const secret: string = row.secret
// @ts-expect-error: no such column
row.nothing
// @ts-expect-error: no such model
declare const none: Tables<"nothing">
// @ts-expect-error: no such member, and there are no others
row.shape.other
// @ts-expect-error: not one of the enum
const state: Enums<"everything_state"> = "gone"

// Inserts: what has a default, or may be null, may be left out.
const shape = { theme: "dark", points: [] } as const satisfies { theme: string; points: [] }
const least: TablesInsert<"everything"> = {
  code: "AB-12345", label: "abc", large: 14, price: 5.25, secret: "x", share: 0.5, small: -3, tags: ["a"],
  shape: { theme: "dark", points: [{ x: 1, y: 2 }] },
}
const more: TablesInsert<"everything"> = {
  ...least, id: "00000000-0000-4000-8000-000000000001", owner_id: null, rank: null, anything: [1, { a: null }],
  counts: { a: 1 }, open_shape: { a: "x", c: 1, d: [true] }, object: {}, list: [], state: "in progress",
  shape: {
    theme: "light", points: [], "odd name": 4, either: "x", perhaps: null, class: { a: [1, "x", null] },
  },
}
const numbered: TablesInsert<"owners"> = {}
const key: TablesInsert<"class"> = { owner: 1, thing: "x", default: null, order: 1, in: true, self: "s" }

// @ts-expect-error: label is missing
const unlabelled: TablesInsert<"everything"> = { ...least, label: undefined }
// @ts-expect-error: much is missing
const empty: TablesInsert<"everything"> = {}
// @ts-expect-error: may not be null
const nameless: TablesInsert<"owners"> = { name: null }
// @ts-expect-error: clients may not write it
const made: TablesInsert<"everything"> = { ...least, made_at: "2026-01-31" }
// @ts-expect-error: it is computed
const shouted: TablesInsert<"everything"> = { ...least, shout: "ABC!" }
// @ts-expect-error: not one of the enum
const ranked: TablesInsert<"everything"> = { ...least, rank: 4 }
// @ts-expect-error: a number
const priced: TablesInsert<"everything"> = { ...least, price: "5.25" }
// @ts-expect-error: not one of the enum's texts
const tagged: TablesInsert<"everything"> = { ...least, tags: ["c"] }
// @ts-expect-error: a point needs both
const pointless: TablesInsert<"everything"> = { ...least, shape: { theme: "dark", points: [{ x: 1 }] } }
// @ts-expect-error: no other members
const extended: TablesInsert<"everything"> = { ...least, shape: { theme: "dark", points: [], more: 1 } }
// @ts-expect-error: whole numbers only
const counted: TablesInsert<"everything"> = { ...least, counts: { a: "1" } }
// @ts-expect-error: c has to be there
const closed: TablesInsert<"everything"> = { ...least, open_shape: { a: "x" } }
// @ts-expect-error: the key has no default
const keyless: TablesInsert<"class"> = { owner: 1 }
// @ts-expect-error: a function is no JSON
const called: TablesInsert<"everything"> = { ...least, anything: () => 1 }

// Updates: everything may be left out, and what clients may not change stays.
const nothing: TablesUpdate<"everything"> = {}
const cleared: TablesUpdate<"everything"> = { owner_id: null, label: "abc" }

// @ts-expect-error: may not be null
const unnamed: TablesUpdate<"owners"> = { name: null }
// @ts-expect-error: clients may not write it
const remade: TablesUpdate<"everything"> = { made_at: "2026-01-31" }
// @ts-expect-error: it is computed
const reshouted: TablesUpdate<"everything"> = { shout: "ABC!" }
// @ts-expect-error: no client may change it
const revealed: TablesUpdate<"everything"> = { secret: "y" }
// @ts-expect-error: no such column
const unknown: TablesUpdate<"everything"> = { nothing: 1 }

// Relationships, as supabase-js reads them for embedding.
type Relationships = Database["public"]["Tables"]["owners"]["Relationships"]
same<Same<Relationships[0]["foreignKeyName"], "owners_partner_fkey">>()
same<Same<Relationships[0]["isOneToOne"], true>>()
same<Same<Relationships[0]["referencedRelation"], "owners">>()
same<Same<Relationships["length"], 1>>()
same<Same<Database["public"]["Tables"]["class_a"]["Relationships"], []>>()
type ClassRelationships = Database["public"]["Tables"]["class"]["Relationships"]
same<Same<ClassRelationships[1]["columns"], ["thing"]>>()
same<Same<ClassRelationships[1]["isOneToOne"], false>>()
// supabase-js asks of a schema that it has this shape.
type GenericRelationship = {
  foreignKeyName: string; columns: string[]; isOneToOne?: boolean; referencedRelation: string
  referencedColumns: string[]
}
type GenericTable = {
  Row: Record<string, unknown>; Insert: Record<string, unknown>; Update: Record<string, unknown>
  Relationships: GenericRelationship[]
}
type GenericView = GenericTable | Pick<GenericTable, "Row" | "Relationships">
type GenericSchema = {
  Tables: Record<string, GenericTable>; Views: Record<string, GenericView>
  Functions: Record<string, { Args: Record<string, unknown>; Returns: unknown }>
}
same<Database["public"] extends GenericSchema ? true : false>()
same<Same<Database["__InternalSupabase"]["PostgrestVersion"], "13">>()
same<Same<keyof Database["public"]["Functions"], never>>()
same<Same<keyof Database["public"]["Views"], "summary">>()
// A view is read, and nothing else.
type Summary = Database["public"]["Views"]["summary"]
same<Same<keyof Summary, "Row" | "Relationships">>()
// @ts-expect-error: nothing is written to a view
const written: TablesInsert<"summary"> = {}

// The texts of enumerations as values.
const states: readonly string[] = Constants.public.Enums.everything_state
const first: "draft" = Constants.public.Enums.everything_state[0]
// @ts-expect-error: another one
const second: "draft" = Constants.public.Enums.everything_state[1]

export {
  called, cleared, closed, counted, empty, extended, first, json, key, keyless, least, length, made, more,
  nameless, nothing, numbered, open, owner, pointless, priced, ranked, remade, revealed, second, secret, shape,
  state, states, tagged, text, unknown, unlabelled, unnamed,
}
