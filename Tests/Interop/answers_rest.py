"""The data API: one list of rows for each call, one row for each request of it."""

from expectation import absent, built

NOT_YET = absent(400, "PGRST127")
NO_MEDIA = absent(406, "PGRST107")
NO_FUNCTION = absent(404, "PGRST202")
NO_SCHEMA = built(406, code="PGRST106")
REFUSED_ROW = built(403, code="42501")

PROFILE = {
    "id": "{{user_id}}", "username": "ada_{{now}}", "full_name": "", "settings": {},
    "created_at": str,
}
AUTHOR = {"username": str}
MESSAGE = {
    "id": str, "room_id": "{{uuid_1}}", "author_id": str, "reply_to": None, "body": str,
    "mentions": [], "created_at": str, "edited_at": None,
}
ADA = {**PROFILE, "id": str, "username": str}
WRITTEN = built(201, range="*/*")
NONE = built(200, [], range="*/*")


def created(row):
    """One row of an insert that asks for it."""
    return built(201, row, range="*/*")


def rows(*bodies):
    """Messages with these texts, no count asked."""
    last = len(bodies) - 1
    return built(200, [{"body": body} for body in bodies], range=f"0-{last}/*")


def message_with(name):
    """One message with its author under a name."""
    return built(200, [{**MESSAGE, name: ADA}], range="0-0/*")


EMBEDS = {
    "embed to-one + count": [built(
        200, [{"body": body, "author": AUTHOR} for body in ("one", "two", "three")],
        range="0-2/3")],
    "embed via fk column name 'author_id(username)'": [
        built(200, [{"body": "one", "author_id": AUTHOR}], range="0-0/*")],
    "embed '*, author_id(*)' (star + fk column)": [message_with("author_id")],
    "embed '*, author:author_id(*)'": [message_with("author")],
    "embed '*, profiles!author_id(*)'": [message_with("profiles")],
    "embed '*, profiles!messages_author_id_fkey(*)'": [message_with("profiles")],
    "embed to-many + filter + order + limit": [built(200, {
        "name": "Attic",
        "messages": [{"body": "one", "author": AUTHOR}, {"body": str, "author": AUTHOR}],
    }, range="0-0/*")],
    "embed count messages(count)": [
        built(200, [{"name": "Attic", "messages": [{"count": 3}]}], range="0-0/*")],
    "many-to-many rooms->profiles via members": [
        built(200, [{"name": "Attic", "profiles": [{"username": "bob_{{now}}"}]}], range="0-0/*")],
    # With a hint, a table's own name means its children.
    "self embed parent": [built(200, [{"body": "three", "parent": []}], range="0-0/*")],
    "!inner filter on embed": [built(200, [
        {"body": body, "profiles": {"username": "bob_{{now}}"}} for body in ("two", "three")
    ], range="0-1/*")],
    "spread ...profiles(username)": [NOT_YET],
    "aggregate count()": [absent(400, "PGRST123")],
    "extra: or on referencedTable": [NONE],
    "extra: select with spaces and newlines": [NONE],
}

FILTERS = {
    "filter eq": [rows("one")],
    "filter neq": [rows("two", "three")],
    "filter gt": [rows("one", "two", "three")],
    "filter gte": [rows("one", "two", "three")],
    "filter lt": [rows("one", "two", "three")],
    "filter like": [rows("one", "two")],
    "filter ilike": [rows("one", "two")],
    "filter likeAnyOf": [rows("one", "two", "three")],
    "filter is": [rows("one", "two", "three")],
    "filter in": [rows("one")],
    "filter or": [rows("one", "two")],
    "filter not": [rows("three")],
    "filter match": [rows("one")],
    "filter filter": [rows("two", "three")],
    "filter contains": [NOT_YET],
    "filter containedBy": [NOT_YET],
    "filter overlaps": [NOT_YET],
    "filter textSearch": [NOT_YET],
    "filter regex": [NOT_YET],
    "filter isDistinct": [rows("two", "three")],
    "json path filter": [built(200, [{"username": "ada_{{now}}"}], range="0-0/*")],
    "extra: range filters": [NOT_YET],
    "extra: in with quotes": [NONE],
    "extra: notIn": [NONE],
    "extra: ilikeAllOf, imatch": [NOT_YET],
    "extra: contains json, array and string": [NOT_YET],
    "extra: textSearch websearch + config": [NOT_YET],
    "extra: unicode and plus in values": [NONE],
    "extra: long select (POST is not used)": [NONE],
}

READS = {
    "count head": [built(200, range="0-2/3")],
    "count planned": [built(200, range="0-2/3")],
    "count estimated": [built(200, range="0-2/3")],
    "range": [built(200, [{"body": str}], range="1-1/*")],
    "range beyond with count": [built(416, code="PGRST103", range="*/3")],
    "single 0 rows": [built(406, code="PGRST116")],
    "maybeSingle 0 rows": [NONE],
    "maybeSingle many": [
        built(200, [{**MESSAGE, "reply_to": ...} for _ in range(3)], range="0-2/*")],
    "throwOnError": [built(404, code="PGRST205")],
    "csv": [NO_MEDIA],
    "explain": [NO_MEDIA],
    'schema("other")': [NO_SCHEMA],
    "bad uuid": [built(400, code="22P02")],
    # A preference that only counts where a server allows it; this one does not.
    "rollback() really rolled back": [built(200, [{"name": "rolled"}], range="0-0/*")],
    "extra: order nullsFirst + two columns + limit": [NONE],
    "extra: geojson": [NO_MEDIA],
    "extra: explain analyze json": [NO_MEDIA],
    "extra: stripNulls": [NONE],
    "extra: stripNulls single": [built(406, code="PGRST116")],
    "extra: setHeader": [NONE],
    "extra: timeout option": [built(200, [{"id": str}], range="0-0/*")],
    "extra: global headers + db.schema": [built(200, [{"id": str}], range="0-0/*")],
    "extra: accessToken option": [NONE],
    "extra: new-format key, rest": [built(401, {"message": "Invalid API key", "hint": str})],
    "node: select": [NONE],
    "node: count head": [built(200, range="*/0")],
}

WRITES = {
    "insert profile": [created(PROFILE)],
    "insert profile b": [created({**PROFILE, "id": "{{user_id_b}}", "username": "bob_{{now}}"})],
    "insert room returning": [
        created({"id": str, "name": "Attic", "owner": {"username": "ada_{{now}}"}})],
    "insert member": [WRITTEN],
    "insert message": [created({**MESSAGE, "author_id": "{{user_id}}", "body": "one"})],
    "bulk insert": [created([
        {**MESSAGE, "author_id": "{{user_id_b}}", "body": "two"},
        {**MESSAGE, "author_id": "{{user_id_b}}", "body": "three", "reply_to": "{{uuid_2}}"}])],
    "json path select + filter": [built(200, {"theme": "dark", "t": "dark"}, range="0-0/*")],
    "upsert onConflict": [built(
        200, {**PROFILE, "username": "ada2_{{now}}", "settings": {"theme": "dark"}}, range="*/*")],
    "upsert ignoreDuplicates": [created([])],
    "rollback()": [created([
        {"id": str, "name": "rolled", "topic": "", "owner_id": "{{user_id}}", "created_at": str}])],
    "maxAffected": [NONE],
    "insert violating RLS": [REFUSED_ROW],
    "insert anon": [built(401, code="42501")],
    "insert unknown column": [built(400, code="PGRST204")],
    # Rules are judged before constraints.
    "not null violation": [REFUSED_ROW],
    "fk violation": [built(409, code="23503")],
    "update returning": [built(200, [{"body": "TWO"}], range="0-0/*")],
    "delete returning": [built(200, [{"body": "TWO"}], range="*/*")],
    "decimal is a number": [created({"price": 12.5})],
    "INSERT/UPDATE/DELETE arrive": [
        created({**MESSAGE, "author_id": "{{user_id}}", "body": "live"}),
        built(204, range="0-0/*"), built(204, range="*/*")],
    "extra: insert without select": [WRITTEN],
    "extra: bulk insert, different keys": [REFUSED_ROW],
    "extra: bulk insert defaultToNull false, count": [REFUSED_ROW],
    "extra: bulk upsert": [REFUSED_ROW],
    "extra: update count": [built(204, range="*/0")],
    "extra: delete count": [built(204, range="*/0")],
    "extra: update without filter": [built(400, code="21000")],
    "extra: schema write": [NO_SCHEMA],
    "node: insert returning": [created({**PROFILE, "username": "nod_{{now}}"})],
}

FUNCTIONS = {
    "rpc": [NO_FUNCTION],
    "extra: rpc no arguments": [NO_FUNCTION],
    "extra: rpc get": [NO_FUNCTION],
    "extra: rpc head": [NO_FUNCTION],
    "extra: rpc post, count, select, filter": [NO_FUNCTION],
    "extra: rpc in another schema": [NO_SCHEMA],
    "node: rpc": [NO_FUNCTION],
}

REST = {**EMBEDS, **FILTERS, **READS, **WRITES, **FUNCTIONS}
