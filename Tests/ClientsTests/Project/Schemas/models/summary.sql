SELECT owner, count(*) AS things, min(thing) AS first FROM class GROUP BY owner
