"""Models whose rows are those of a SELECT, through the stock client as it is."""

from postgrest.exceptions import APIError
from supabase import create_client

from apus import ServedModels

AUTHORS = {
    "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
    "access": {"all": True},
}
BOOKS = {
    "softDelete": True,
    "properties": {
        "id": {"type": "integer"},
        "title": {"type": "string"},
        "author_id": {
            "type": "integer",
            "references": {"model": "authors", "as": "author", "inverse": "books"},
        },
    },
    "access": {"all": True},
}
SHELVES = {
    "view": "shelves.sql",
    "primaryKey": ["author_id"],
    "properties": {
        "author_id": {
            "type": "integer",
            "references": {"model": "authors", "as": "author", "inverse": "shelf"},
        },
        "books": {"type": "integer"},
        "first": {"type": "string"},
    },
    "access": {"read": "books > 0"},
}
SELECT = """SELECT a.id AS author_id, count(b.id) AS books, min(b.title) AS first
FROM authors AS a LEFT JOIN books AS b ON b.author_id = a.id GROUP BY a.id"""


class Views(ServedModels):
    MODELS = {"authors": AUTHORS, "books": BOOKS, "shelves": SHELVES, "shelves.sql": SELECT}

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = create_client(cls.server.url, cls.server.keys["anon"])
        cls.service = create_client(cls.server.url, cls.server.keys["service_role"])
        names = [{"id": 1, "name": "Ann"}, {"id": 2, "name": "Bob"}, {"id": 3, "name": "Cy"}]
        cls.client.table("authors").insert(names).execute()
        books = [
            {"id": 1, "title": "Ash", "author_id": 1},
            {"id": 2, "title": "Bay", "author_id": 1},
            {"id": 3, "title": "Cod", "author_id": 2},
            {"id": 4, "title": "Dew", "author_id": 2},
        ]
        cls.client.table("books").insert(books).execute()
        cls.client.table("books").delete().eq("id", 4).execute()

    def test_rows_are_read_filtered_ordered_and_counted(self):
        shelves = self.client.table("shelves")
        self.assertEqual(
            shelves.select("*").order("books", desc=True).execute().data,
            [
                {"author_id": 1, "books": 2, "first": "Ash"},
                {"author_id": 2, "books": 1, "first": "Cod"},
            ],
        )
        found = shelves.select("author_id", count="exact").gt("books", 1).execute()
        self.assertEqual((found.data, found.count), ([{"author_id": 1}], 1))
        one = shelves.select("first").eq("author_id", 2).single().execute()
        self.assertEqual(one.data, {"first": "Cod"})

    def test_they_are_embedded_in_both_directions(self):
        up = self.client.table("shelves").select("books, author(name)").order("author_id")
        self.assertEqual(
            up.execute().data,
            [
                {"books": 2, "author": {"name": "Ann"}},
                {"books": 1, "author": {"name": "Bob"}},
            ],
        )
        down = self.client.table("authors").select("name, shelf!inner(books)").gt("shelf.books", 1)
        self.assertEqual(down.execute().data, [{"name": "Ann", "shelf": {"books": 2}}])

    def test_the_rule_is_not_the_service_roles(self):
        found = self.service.table("shelves").select("author_id").order("author_id").execute()
        self.assertEqual([row["author_id"] for row in found.data], [1, 2, 3])

    def test_nobody_writes_them(self):
        for client in (self.client, self.service):
            shelves = client.table("shelves")
            for request, words in (
                (shelves.insert({"books": 1}), "insert into"),
                (shelves.upsert({"author_id": 1}), "insert into"),
                (shelves.update({"books": 1}).eq("author_id", 1), "update"),
                (shelves.delete().eq("author_id", 1), "delete from"),
            ):
                with self.assertRaises(APIError) as refused:
                    request.execute()
                self.assertEqual(refused.exception.code, "55000")
                self.assertEqual(refused.exception.message, f'cannot {words} view "shelves"')
