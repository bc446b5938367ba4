// What the types of the sample application let one write.
import type { Database, Enums, Tables, TablesInsert } from "./database.types.ts"

const message: TablesInsert<"messages"> = { room_id: "x", body: "hello", mentions: ["y"] }
const profile: TablesInsert<"profiles"> = { username: "ada", settings: { theme: "dark", muted_rooms: [] } }
const role: Enums<"members_role"> = "moderator"
const reply = (row: Tables<"messages">): string | null => row.reply_to
type Keys = Database["public"]["Tables"]["messages"]["Relationships"][number]["foreignKeyName"]
const key: Keys = "messages_author_id_fkey"

// @ts-expect-error: not one of the enum
const theme: TablesInsert<"profiles"> = { username: "ada", settings: { theme: "blue" } }
// @ts-expect-error: read only
const dated: TablesInsert<"messages"> = { ...message, created_at: "2026-01-31" }
// @ts-expect-error: no such reference
const other: Keys = "messages_room_fkey"

export { dated, key, message, other, profile, reply, role, theme }
