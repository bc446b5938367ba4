-- create_team_chat: written by `apus migrate new`.
-- Review it, commit it, and do not change it once it has been applied.

-- table profiles
CREATE TABLE "profiles" (
  "id" TEXT NOT NULL CONSTRAINT "profiles_id_check" CHECK ("id" GLOB '????????-????-????-????-????????????'),
  "username" TEXT NOT NULL CONSTRAINT "profiles_username_check" CHECK (length("username") BETWEEN 2 AND 32),
  "full_name" TEXT NOT NULL DEFAULT '' CONSTRAINT "profiles_full_name_check" CHECK (length("full_name") <= 100),
  "settings" TEXT NOT NULL DEFAULT '{}' CONSTRAINT "profiles_settings_check" CHECK ("settings" GLOB '{*}'),
  "created_at" TEXT NOT NULL CONSTRAINT "profiles_created_at_check" CHECK ("created_at" GLOB '????-??-??T??:??:??*+00:00'),
  CONSTRAINT "profiles_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "profiles_username_key" UNIQUE ("username")
) STRICT;

-- table rooms
CREATE TABLE "rooms" (
  "id" TEXT NOT NULL CONSTRAINT "rooms_id_check" CHECK ("id" GLOB '????????-????-????-????-????????????'),
  "name" TEXT NOT NULL CONSTRAINT "rooms_name_check" CHECK (length("name") BETWEEN 1 AND 80),
  "topic" TEXT NOT NULL DEFAULT '' CONSTRAINT "rooms_topic_check" CHECK (length("topic") <= 500),
  "owner_id" TEXT NOT NULL CONSTRAINT "rooms_owner_id_check" CHECK ("owner_id" GLOB '????????-????-????-????-????????????'),
  "created_at" TEXT NOT NULL CONSTRAINT "rooms_created_at_check" CHECK ("created_at" GLOB '????-??-??T??:??:??*+00:00'),
  CONSTRAINT "rooms_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "rooms_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "profiles" ("id") ON DELETE CASCADE
) STRICT;

-- index rooms_owner_id_fkey_idx
CREATE INDEX "rooms_owner_id_fkey_idx" ON "rooms" ("owner_id");

-- table members
CREATE TABLE "members" (
  "room_id" TEXT NOT NULL CONSTRAINT "members_room_id_check" CHECK ("room_id" GLOB '????????-????-????-????-????????????'),
  "user_id" TEXT NOT NULL CONSTRAINT "members_user_id_check" CHECK ("user_id" GLOB '????????-????-????-????-????????????'),
  "role" TEXT NOT NULL DEFAULT 'member' CONSTRAINT "members_role_check" CHECK ("role" IN ('member', 'moderator')),
  "joined_at" TEXT NOT NULL CONSTRAINT "members_joined_at_check" CHECK ("joined_at" GLOB '????-??-??T??:??:??*+00:00'),
  CONSTRAINT "members_pkey" PRIMARY KEY ("room_id", "user_id"),
  CONSTRAINT "members_room_id_fkey" FOREIGN KEY ("room_id") REFERENCES "rooms" ("id") ON DELETE CASCADE,
  CONSTRAINT "members_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "profiles" ("id") ON DELETE CASCADE
) STRICT;

-- index members_user_id_fkey_idx
CREATE INDEX "members_user_id_fkey_idx" ON "members" ("user_id");

-- table messages
CREATE TABLE "messages" (
  "id" TEXT NOT NULL CONSTRAINT "messages_id_check" CHECK ("id" GLOB '????????-????-????-????-????????????'),
  "room_id" TEXT NOT NULL CONSTRAINT "messages_room_id_check" CHECK ("room_id" GLOB '????????-????-????-????-????????????'),
  "author_id" TEXT NOT NULL CONSTRAINT "messages_author_id_check" CHECK ("author_id" GLOB '????????-????-????-????-????????????'),
  "reply_to" TEXT CONSTRAINT "messages_reply_to_check" CHECK ("reply_to" GLOB '????????-????-????-????-????????????'),
  "body" TEXT NOT NULL CONSTRAINT "messages_body_check" CHECK (length("body") BETWEEN 1 AND 4000),
  "mentions" TEXT NOT NULL DEFAULT '[]' CONSTRAINT "messages_mentions_check" CHECK ("mentions" GLOB '[[]*]'),
  "created_at" TEXT NOT NULL CONSTRAINT "messages_created_at_check" CHECK ("created_at" GLOB '????-??-??T??:??:??*+00:00'),
  "edited_at" TEXT CONSTRAINT "messages_edited_at_check" CHECK ("edited_at" GLOB '????-??-??T??:??:??*+00:00'),
  CONSTRAINT "messages_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "messages_room_id_fkey" FOREIGN KEY ("room_id") REFERENCES "rooms" ("id") ON DELETE CASCADE,
  CONSTRAINT "messages_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "profiles" ("id") ON DELETE CASCADE,
  CONSTRAINT "messages_reply_to_fkey" FOREIGN KEY ("reply_to") REFERENCES "messages" ("id") ON DELETE SET NULL,
  CONSTRAINT "message_is_not_blank" CHECK (length(trim("body")) > 0)
) STRICT;

-- index messages_room_id_created_at_idx
CREATE INDEX "messages_room_id_created_at_idx" ON "messages" ("room_id", "created_at" DESC);

-- index messages_author_id_fkey_idx
CREATE INDEX "messages_author_id_fkey_idx" ON "messages" ("author_id");

-- index messages_reply_to_fkey_idx
CREATE INDEX "messages_reply_to_fkey_idx" ON "messages" ("reply_to");
