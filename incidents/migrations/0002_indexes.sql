-- Built again after a large load; the names start with `by_`.
CREATE INDEX by_place ON incidents USING gist (geom)
--------
CREATE INDEX by_category_day ON incidents (category, first_day)
--------
-- With what the dashboard counts by, so that a count by dates need not touch the table (row_no is what the view joins).
CREATE INDEX by_day ON incidents (first_day, last_day) INCLUDE (review, category, admin1, country, place_name, lon, row_no)
--------
-- The order of the first page.
CREATE INDEX by_newest ON incidents (first_day DESC NULLS LAST, row_no)
--------
CREATE INDEX by_region_day ON incidents (admin1, first_day)
--------
CREATE INDEX by_place_id ON incidents (place_id)
--------
CREATE INDEX by_place_name ON incidents USING gin (place_fold gin_trgm_ops)
--------
CREATE INDEX by_text ON texts USING gin (search_text gin_trgm_ops)
--------
CREATE INDEX by_previous_id ON incidents USING gin (previous_ids) WHERE previous_ids <> '[]'::jsonb
