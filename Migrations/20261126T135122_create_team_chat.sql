-- apus: postgresql
-- create_team_chat: written by `apus migrate new`.
-- Review it, commit it, and do not change it once it has been applied.

-- table profiles (instant)
CREATE TABLE "profiles" (
  "id" uuid NOT NULL,
  "username" text COLLATE "C" NOT NULL CONSTRAINT "profiles_username_check" CHECK (char_length("username") BETWEEN 2 AND 32),
  "full_name" text COLLATE "C" NOT NULL DEFAULT '' CONSTRAINT "profiles_full_name_check" CHECK (char_length("full_name") <= 100),
  "settings" jsonb NOT NULL DEFAULT '{}'::jsonb CONSTRAINT "profiles_settings_check" CHECK (jsonb_typeof("settings") = 'object'),
  "created_at" timestamp with time zone NOT NULL CONSTRAINT "profiles_created_at_check" CHECK ("created_at" >= '0001-01-01 00:00:00+00' AND "created_at" < '10000-01-01 00:00:00+00'),
  CONSTRAINT "profiles_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "profiles_username_key" UNIQUE ("username")
);

-- table rooms (instant)
CREATE TABLE "rooms" (
  "id" uuid NOT NULL,
  "name" text COLLATE "C" NOT NULL CONSTRAINT "rooms_name_check" CHECK (char_length("name") BETWEEN 1 AND 80),
  "topic" text COLLATE "C" NOT NULL DEFAULT '' CONSTRAINT "rooms_topic_check" CHECK (char_length("topic") <= 500),
  "owner_id" uuid NOT NULL,
  "created_at" timestamp with time zone NOT NULL CONSTRAINT "rooms_created_at_check" CHECK ("created_at" >= '0001-01-01 00:00:00+00' AND "created_at" < '10000-01-01 00:00:00+00'),
  CONSTRAINT "rooms_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "rooms_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "profiles" ("id") ON DELETE CASCADE DEFERRABLE
);

-- index rooms_owner_id_fkey_idx
CREATE INDEX "rooms_owner_id_fkey_idx" ON "rooms" ("owner_id");

-- table members (instant)
CREATE TABLE "members" (
  "room_id" uuid NOT NULL,
  "user_id" uuid NOT NULL,
  "role" text COLLATE "C" NOT NULL DEFAULT 'member' CONSTRAINT "members_role_check" CHECK ("role" IN ('member', 'moderator')),
  "joined_at" timestamp with time zone NOT NULL CONSTRAINT "members_joined_at_check" CHECK ("joined_at" >= '0001-01-01 00:00:00+00' AND "joined_at" < '10000-01-01 00:00:00+00'),
  CONSTRAINT "members_pkey" PRIMARY KEY ("room_id", "user_id"),
  CONSTRAINT "members_room_id_fkey" FOREIGN KEY ("room_id") REFERENCES "rooms" ("id") ON DELETE CASCADE DEFERRABLE,
  CONSTRAINT "members_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "profiles" ("id") ON DELETE CASCADE DEFERRABLE
);

-- index members_user_id_fkey_idx
CREATE INDEX "members_user_id_fkey_idx" ON "members" ("user_id");

-- table messages (instant)
CREATE TABLE "messages" (
  "id" uuid NOT NULL,
  "room_id" uuid NOT NULL,
  "author_id" uuid NOT NULL,
  "reply_to" uuid,
  "body" text COLLATE "C" NOT NULL CONSTRAINT "messages_body_check" CHECK (char_length("body") BETWEEN 1 AND 4000),
  "mentions" jsonb NOT NULL DEFAULT '[]'::jsonb CONSTRAINT "messages_mentions_check" CHECK (jsonb_typeof("mentions") = 'array'),
  "created_at" timestamp with time zone NOT NULL CONSTRAINT "messages_created_at_check" CHECK ("created_at" >= '0001-01-01 00:00:00+00' AND "created_at" < '10000-01-01 00:00:00+00'),
  "edited_at" timestamp with time zone CONSTRAINT "messages_edited_at_check" CHECK ("edited_at" >= '0001-01-01 00:00:00+00' AND "edited_at" < '10000-01-01 00:00:00+00'),
  CONSTRAINT "messages_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "messages_room_id_fkey" FOREIGN KEY ("room_id") REFERENCES "rooms" ("id") ON DELETE CASCADE DEFERRABLE,
  CONSTRAINT "messages_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "profiles" ("id") ON DELETE CASCADE DEFERRABLE,
  CONSTRAINT "messages_reply_to_fkey" FOREIGN KEY ("reply_to") REFERENCES "messages" ("id") ON DELETE SET NULL DEFERRABLE,
  CONSTRAINT "message_is_not_blank" CHECK (char_length(btrim("body"))::int8 > '0'::int8)
);

-- index messages_room_id_created_at_idx
CREATE INDEX "messages_room_id_created_at_idx" ON "messages" ("room_id", "created_at" DESC);

-- index messages_author_id_fkey_idx
CREATE INDEX "messages_author_id_fkey_idx" ON "messages" ("author_id");

-- index messages_reply_to_fkey_idx
CREATE INDEX "messages_reply_to_fkey_idx" ON "messages" ("reply_to");
