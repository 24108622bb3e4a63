"""The places a report names, which of the same name is meant, and what each is there for.

Roles: `site` (where something happened), `within` (the province or district a site lies in), `offset` (a landmark a
site is measured from), `agency` (part of the name of a body), `comparison`, `origin` (where fire came from, or people
were taken to), `mention` (named, no more).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Final

from geo import distance, gazetteer, geocode
from geo.gazetteer import Mention, Place
from incidents.extract import _cues
from incidents.extract.segment import Segments
from incidents.extract.shadow import Shadow

BURIED: Final = "where somebody was buried"
LARGE: Final = 8_000
_CHAIN: Final = re.compile(r"\s*[,(]?\s*(?:in |of |у |в |на |the |та |and )*")
_AREA_WORD: Final = re.compile(
    r"\s*(?:-?(?:oblast|region|province|district|raion|rayon|hromada|community)|обл(?:аст[ьіию]|\.)|район[іуае]?|р-н[іу]?|"
    r"(?:мтг|отг|тг|громад[аиіоую]+|общин[аыеу]))(?!\w)",
    re.IGNORECASE,
)
_DATELINE: Final = re.compile(
    r"(?:, [A-Z][a-zA-Z]+)?(?:, [A-Z][a-z]{2,8}\.? \d{1,2})? ?(?:\([A-Z][\w ]{1,20}\) ?)?[-–—] "
)

# "ДНЕПР, 16 мая.", "Київ, 5 липня (агентство) –": a place, a day and no more before the text begins.
_FILED: Final = re.compile(
    r",? (?:\d{1,2} [а-яіїєґёa-z]{3,10}|[A-Z][a-z]{2,8}\.? \d{1,2})(?:,? \d{4}(?: (?:року|года|г\.|р\.))?)?(?:[.,]? ?(?:\([^()\n]{2,30}\)|[/\w «»-]{2,25}))?(?:\.| ?[-–—]{1,2}) "
)


def _is_dateline(shadow: Shadow, m: Mention) -> bool:
    line_start = shadow.cased.rfind("\n", 0, m.start) + 1
    opens = not shadow.cased[line_start : m.start].strip()
    upper = shadow.cased[m.start : m.end].isupper()
    return opens and (
        (upper and _DATELINE.match(shadow.cased, m.end) is not None)
        or _FILED.match(shadow.cased, m.end) is not None
    )


# "a missile hit a hospital in X": nobody was taken there.
_HOSPITAL_HIT: Final = re.compile(
    r"(?:(?<!\w)(?:hit|struck|bombed|bombing of|shelled|shelling of|damaged|destroyed|targeted|(?:attack|strike|bomb|missile|drone|shell)s? (?:on|at|against|fell on))|"
    r"влучи\w+|попал\w*|удар\w*|вдари\w+|обстрі\w+|обстре\w+|пошкод\w+|зруйн\w+|повре\w+|разруш\w+|бомб\w+|атак\w+)(?!\w)[^.;,]{0,40}"
    r"(?:hospitals?|лікарн\w+|больниц\w+) (?:in|of|у|в) $"
)
_CYRILLIC: Final = re.compile("[а-яіїєґё]")
_OWNER: Final = re.compile(r"(?<=[a-z])['’]s(?!\w)")
_ROAD_AFTER: Final = re.compile(r" (?:road|highway|railway|train|line|route|motorway|axis)(?!\w)")
_ROAD_BEFORE: Final = re.compile(
    r"(?<!\w)(?:трас\w+|дорог\w+|дорозі|шосе|шоссе|маршрут\w+|потяг\w*|поезд\w*|road|highway|train)(?: (?:з|із|из|from|between|між|между))* $"
)
_BESIDE: Final = re.compile(
    r"[ ,(]*(?:(?:which|that) (?:is|lies)|що|який|яке|яка|что|который|которое|located|situated|розташован\w+|расположенн\w+|a [a-z]+|the [a-z]+|місто|город|село)?[ ,]*"
)
# "в этом городе Сумской области": the town is the one told of before.
_TOWN_OF: Final = re.compile(
    r"(?<!\w)(?:(?:this|the) (?:city|town|village|settlement) in (?:the )?|(?:міст|город|сел|селищ|пос[её]лк|громад|общин)[а-яіїє]{0,3} (?:на |в )?)$"
)
_REGION_NOUN: Final = re.compile(r"(?:щин|ччин)(?:а|і|у|ою|и|е|ой|ы)$")
_KIND_AFTER: Final = re.compile(r" (?:village|town|city|settlement|hamlet)(?!\w)")
_KIND_BEFORE: Final = re.compile(
    r"(?<!\w)(?:с\.|село|селі|села|селом|селе|смт\.?|пгт|селищ[еіа]|посёлк[еа]|посел(?:ок|ке|ка)|деревн[яеи]|village of|town of) ?"
    r"(?P<name>[А-ЯІЇЄҐЁA-Z][\w'-]+(?: [А-ЯІЇЄҐЁ][\w'-]+)?)"
)


@dataclass(frozen=True)
class Site:
    """A place named at a span of the shadow. `found` is null where several places of that name are left."""

    start: int
    end: int
    found: geocode.Resolution
    place: Place | None
    role: str
    why: str
    near: bool = False
    admin1: str | None = None


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(_cues.load("places")[name])


@cache
def _small_letters() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w-]){_cues.either(_cues.load('places')['small_letters'])}(?![\w-])")


@cache
def _end_with(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{_cues.load('places')[name]})[ ]?$")


@cache
def _origin() -> re.Pattern[str]:
    words = _cues.load("places")["origin"]
    return re.compile(rf"(?<!\w){words}(?: (?:from|з|із|из|the|до|в|у))*[ ]?$")


@cache
def _given() -> re.Pattern[str]:
    table = _cues.load("names")
    stems = _cues.either([str(w) for w in table["cyrillic"] if len(str(w)) > 2])
    return re.compile(
        rf"{_cues.either([str(w) for w in table['latin']])}|{stems}(?:а|я|у|ю|и|і|ї|о|ом|ем|ою|ею|ой|ей|е|й|ь)?"
    )


@cache
def _before() -> frozenset[str]:
    return frozenset(_cues.load("places")["before"])


@cache
def _stop() -> frozenset[str]:
    return frozenset(str(w) for w in _cues.load("places")["stop"])


@cache
def _streets() -> re.Pattern[str]:
    return re.compile("|".join(rf"(?<!\w)(?:{p})" for p in _cues.load("places")["streets"]))


@cache
def _place(place_id: str) -> Place | None:
    return gazetteer.load().get(place_id)


@cache
def _settlements(ids: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(i for i in ids if (p := _place(i)) is not None and not p.is_area)


@cache
def _population(ids: tuple[str, ...]) -> int:
    return max((p.population for i in ids if (p := _place(i)) is not None), default=0)


_EAST: Final = 48.0
"""Degrees east beyond which reports about Ukraine name no village."""


@cache
def _is_near(ids: tuple[str, ...]) -> bool:
    """Say whether some bearer of the name lies in or beside Ukraine."""
    near = (p for i in ids if (p := _place(i)) is not None and p.country in {"UA", "RU", "BY"})
    return any(p.lon is None or p.lon < _EAST for p in near)


@cache
def _area(ids: tuple[str, ...]) -> Place | None:
    """Return the area among candidates, a province before a district."""
    areas = [p for i in ids if (p := _place(i)) is not None and p.is_area]
    order = {"country": 0, "admin1": 1, "raion": 2, "hromada": 3}
    return min(areas, key=lambda p: order.get(p.kind, 9), default=None)


@cache
def _chosen(
    ids: tuple[str, ...], name: str, admin1: str | None, context: tuple[str, ...], *, near: bool
) -> geocode.Resolution:
    return geocode.choose(ids, name=name, admin1=admin1, context=context, relation="near" if near else "in")


@cache
def _close_to(ids: tuple[str, ...], landmark: str) -> tuple[str, ...]:
    """Return those of some places that lie within a day's walk or two of a landmark."""
    there = _place(landmark)
    if there is None or there.lon is None or there.lat is None:
        return ()
    return tuple(
        i for i in ids
        if (p := _place(i)) is not None and p.lon is not None and p.lat is not None
        and distance.km(p.lon, p.lat, there.lon, there.lat) < _CLOSE_KM
    )  # fmt: skip


_CLOSE_KM: Final = 80
_BY: Final = 45
"""Characters between a place and the landmark it lies by."""


@cache
def _resolved(name: str) -> geocode.Resolution:
    return geocode.resolve(name)


@cache
def _are_settlements(ids: tuple[str, ...]) -> bool:
    return all(
        p is not None and p.kind in {"village", "settlement", "town", "city", "quarter"}
        for p in map(_place, ids)
    )


_NAME_BEFORE: Final = re.compile(r"(?<![\w-])(?P<word>[A-ZА-ЯІЇЄҐ][a-zа-яіїєґё'’]{3,}) $")


@cache
def _no_names() -> frozenset[str]:
    """Return the words with a capital that stand before a place without being of its name: days, months, peoples."""
    calendar = _cues.load("calendar")
    words = [w for table in ("months", "weekdays") for forms in calendar[table].values() for w in forms]
    return frozenset([*words, *_cues.load("places")["no_names"]])


_IN_CLAUSE: Final = re.compile(
    r"(?:^|[.!?;:,\n»”\"—–-]\s*|(?<!\w)(?:and|but|while|а|але|но|та|і|и)\s)(?P<inside>(?:in|у|в) )?$"
)
_KYIV: Final = "geonames:703448"
_CAPITALS: Final = frozenset(
    f"geonames:{n}"
    for n in (524901, 625144, 756135, 2643743, 4140963, 2800866, 2950159, 2988507, 323786, 2660646)
)
"""Moscow, Minsk, Warsaw, London, Washington, Brussels, Berlin, Paris, Ankara, Geneva."""
_KIND_LEAD: Final = re.compile(
    r"(?<!\w)(?:міст|город|сел|селищ|пос[её]л|смт|пгт|village|town|city)[а-яіїєё]{0,4} $"
)
_SHARED_REGION: Final = re.compile(
    r"(?:, [A-Z][\w'-]+)*,? (?:and|or) [A-Z][\w'-]+ (?:regions|oblasts|provinces)(?!\w)"
)
_HYPHEN: Final = re.compile(r"([^\W\d_]{3,})-$")
_INSIDE: Final = re.compile(r"(?<!\w)(?:in|near|у|в|під|под|біля|возле) $")
_WORD_BEFORE: Final = re.compile(r"([^\s\"“«„(,;:]+)[ \"“«„(]*$")


def fused(cased: str) -> list[int]:
    """Return where the name of a well-known place, or "region", and the word after it were run together."""
    return [*gazetteer.load().seams(cased), *(m.end() for m in _pattern("area_fused").finditer(cased))]


class Reader:
    """Finds and resolves the places of one shadow."""

    def __init__(
        self,
        shadow: Shadow,
        segments: Segments,
        masked: Iterable[tuple[int, int]],
        bodies: Iterable[tuple[int, int]],
    ) -> None:
        self._shadow, self._segments = shadow, segments
        masked = list(masked)
        self._surnames = {
            shadow.lower[a:b].split()[-1] for a, b in masked if " " in shadow.lower[a:b].strip()
        }
        streets = [m.span() for m in _streets().finditer(shadow.cased)]
        self._bodies = list(bodies)
        self._in_body = bytearray(len(shadow.cased) + 1)
        for start, end in self._bodies:
            self._in_body[start:end] = b"\1" * (end - start)
        mask = sorted([*masked, *streets])
        written = _small_letters().sub(lambda m: m.group().capitalize(), _OWNER.sub("  ", shadow.cased))
        self._mentions = self._with_villages(self._kept(gazetteer.load().scan(written, masked=mask)), mask)
        self._ends = {m.end for m in self._mentions}

    def _kept(self, mentions: list[Mention]) -> list[Mention]:
        kept: list[Mention] = []
        for m in mentions:
            begun = _CYRILLIC.match(
                self._shadow.lower, m.end
            )  # "Раке" of "Ракета" is the beginning of a word
            if begun is None and self._is_place(m, kept[-1] if kept else None):
                kept.append(m)
        return kept

    def _with_villages(self, mentions: list[Mention], masked: list[tuple[int, int]]) -> list[Mention]:
        """Add what a word like "village" says is a place though its spelling is not known as written."""
        taken = [(m.start, m.end) for m in mentions] + masked
        more = []
        for m in _KIND_BEFORE.finditer(self._shadow.cased):
            start, end = m.span("name")
            if any(start < stop and first < end for first, stop in taken):
                continue
            ids = tuple(c.place.place_id for c in _resolved(m["name"]).candidates if not c.place.is_area)
            if ids:
                more.append(Mention(start, end, m["name"], ids, "loose"))
        return sorted([*mentions, *more], key=lambda m: m.start)

    def _is_place(self, m: Mention, previous: Mention | None) -> bool:
        """Say whether a mention names a place at all, by what stands around it or by its size."""
        lower, word = self._shadow.lower, self._shadow.lower[m.start : m.end]
        if self._is_no_name(m, word):
            return False
        if (
            _AREA_WORD.match(lower, m.end)
            or _area(m.place_ids) is not None
            or _KIND_AFTER.match(lower, m.end)
            or (m.how != "loose" and self._after("struck_after", m))
        ):
            return True
        lead = _WORD_BEFORE.search(lower, max(0, m.start - 30), m.start)
        if (
            lead
            and (lead.group(1) in _before() or _pattern("struck_before").fullmatch(lead.group(1)))
            and not lower[lead.end() : m.start].strip()
        ):
            return m.how != "loose" or _population(m.place_ids) > 1000
        if self._is_listed(m, previous):
            return True
        return _population(m.place_ids) >= (LARGE if _is_near(m.place_ids) else 25 * LARGE)

    def _is_no_name(self, m: Mention, word: str) -> bool:
        """Say whether a word is a common one, an acronym or the name of a part of a town."""
        if len(word) < 3 or (word in _stop() and not self._is_meant(m)):
            return True
        if _HYPHEN.search(self._shadow.lower, max(0, m.start - 20), m.start) and not self._follows_place(m):
            return True
        if self._shadow.cased[m.start : m.end].isupper() and len(word) < 5:
            return True
        if _pattern("called").search(self._shadow.lower, max(0, m.start - 40), m.start):
            return True
        return word in self._surnames or self._is_quarter(m) or self._is_given_name(m, word)

    def _is_given_name(self, m: Mention, word: str) -> bool:
        """Say whether a small place's name is a person's: "жительница Волчанска Тамара"."""
        if _population(m.place_ids) >= LARGE or _given().fullmatch(word) is None:
            return False
        lead = _WORD_BEFORE.search(self._shadow.lower, max(0, m.start - 30), m.start)
        is_item = re.match(r" ?[:–—(-]", self._shadow.lower[m.end : m.end + 3]) is not None
        return not is_item and (lead is None or lead.group(1) not in _before())

    def _follows_place(self, m: Mention) -> bool:
        """Say whether what stands before a hyphen is a place too: an end of a road, not the first part of a name."""
        first = _HYPHEN.search(self._shadow.cased, max(0, m.start - 20), m.start)
        return first is not None and bool(gazetteer.load().find(first.group(1)))

    def _is_meant(self, m: Mention) -> bool:
        """Say whether a common word is the name of a town or of a district here: "в Южном", "Центральний район"."""
        if _AREA_WORD.match(self._shadow.lower, m.end):
            return True
        if _KIND_LEAD.search(self._shadow.lower, max(0, m.start - 14), m.start):
            return True
        inside = _INSIDE.search(self._shadow.lower, max(0, m.start - 8), m.start)
        return inside is not None and _population(m.place_ids) >= LARGE and _is_near(m.place_ids)

    def _is_quarter(self, m: Mention) -> bool:
        """Say whether a small place's name behind "на" is that of a part of a town: villages stand behind "у" and "в"."""
        lower = self._shadow.lower
        if lower[max(0, m.start - 4) : m.start][-4:].strip(" ") != "на" or not _are_settlements(m.place_ids):
            return False
        return _population(m.place_ids) < LARGE and not _pattern("onto").search(
            lower, max(0, m.start - 70), m.start
        )

    def _is_listed(self, m: Mention, previous: Mention | None) -> bool:
        """Say whether the mention heads an item of a list, or goes on with a list of places."""
        sentence = self._segments.at(m.start)
        if re.match(r"\s*[:–—(]", self._shadow.lower[m.end : m.end + 3]):
            begin = self._shadow.lower.rfind(";", sentence.start, m.start) + 1
            head = self._shadow.lower[max(sentence.start, begin) : m.start]
            if not re.search(r"[^\W\d_]", head) or re.search(
                r"(?:район|громада|district|region|community)\W*$", head
            ):
                return True
        if previous is None:
            return False
        gap = self._shadow.lower[previous.end : m.start]
        return bool(re.fullmatch(r",? (?:and |та |і |й |и )?|, ", gap))

    def _region_beside(self, i: int) -> str | None:
        """Return the code of the province that the words around mention `i` name for it."""
        lower = self._shadow.lower
        for j, near in ((i + 1, True), (i + 2, True), (i - 1, False)):
            if not 0 <= j < len(self._mentions):
                continue
            area = _area(self._mentions[j].place_ids)
            if area is None or not area.admin1 or area.kind == "country":
                continue
            first, last = sorted((i, j))
            gap = lower[self._mentions[first].end : self._mentions[last].start]
            if len(gap) <= (30 if near else 45) and not re.search(r"[.;!?\n]", gap):
                return area.admin1
        return self._region_of_sentence(self._mentions[i].start)

    def _region_of_sentence(self, at: int) -> str | None:
        """Return the province that the sentence names, where it names one and no more."""
        named = self._regions_by_sentence.get(self._segments.at(at).index, set())
        return next(iter(named)) if len(named) == 1 else None

    @cached_property
    def _regions_by_sentence(self) -> dict[int, set[str]]:
        named: dict[int, set[str]] = {}
        for m in self._mentions:
            area = _area(m.place_ids)
            if area and area.kind == "admin1":
                named.setdefault(self._segments.at(m.start).index, set()).add(area.admin1)
        return named

    def _named_regions(self) -> list[str]:
        areas = [_area(m.place_ids) for m in self._mentions]
        return list(
            dict.fromkeys(a.admin1 for a in areas if a and a.admin1 and a.kind in {"admin1", "raion"})
        )

    def read(self) -> list[Site]:
        """Return every place named, in order, each resolved and with its role."""
        regions = self._named_regions()
        anchors: dict[str, None] = {}
        for m in self._mentions:
            settled = _settlements(m.place_ids)
            if len(settled) == 1:
                anchors[settled[0]] = None
        context = tuple(list(anchors)[:12])
        made = [self._site(i, m, regions, context) for i, m in enumerate(self._mentions)]
        named = [site for site in made if site.role != "quarter"]
        return self._with_areas(self._with_shared_regions(self._with_provinces(named)))

    def _with_provinces(self, sites: list[Site]) -> list[Site]:
        """Take the town in "Luhansk governor" for the province, where the report names some town that is no office."""
        if not any(s.role != "agency" and s.place is not None and not s.place.is_area for s in sites):
            return sites
        return [self._province(s) if s.role == "agency" else s for s in sites]

    def _with_shared_regions(self, sites: list[Site]) -> list[Site]:
        """Take the first of "Donetsk and Kherson regions" for a province too."""
        made = []
        for site in sites:
            area = (
                _place(f"admin1:{site.place.admin1}")
                if site.place is not None and not site.place.is_area
                else None
            )
            if area is not None and _SHARED_REGION.match(self._shadow.cased, site.end):
                found = _chosen((area.place_id,), area.name, None, (), near=False)
                made.append(replace(site, found=found, place=area))
            else:
                made.append(site)
        return made

    def _province(self, site: Site) -> Site:
        place = site.place
        if place is None or place.is_area or not _pattern("of_province").match(self._shadow.lower, site.end):
            return site
        area = _place(f"admin1:{place.admin1}")
        if area is None:
            return site
        found = _chosen((area.place_id,), area.name, None, (), near=False)
        return replace(site, found=found, place=area)

    def _site(self, i: int, m: Mention, regions: list[str], context: tuple[str, ...]) -> Site:
        lower = self._shadow.lower
        beside = self._region_beside(i)
        area = _area(m.place_ids)
        named = (
            bool(_REGION_NOUN.search(lower, m.start, m.end))
            or bool(_AREA_WORD.match(lower, m.end))
            or bool(_AREA_WORD.search(lower, m.start, m.end))
        )
        settled = _settlements(m.place_ids)
        ids = (area.place_id,) if area is not None and (named or not settled) else (settled or m.place_ids)
        role, why, near = self._role(m, i)
        single = regions[0] if len(regions) == 1 else None
        context = tuple(c for c in context if c not in ids)
        found = _chosen(ids, self._shadow.cased[m.start : m.end], beside, context, near=near)
        if found.ambiguous and beside is None and single:
            found = _chosen(ids, self._shadow.cased[m.start : m.end], single, context, near=near)
        landmark = self._landmark(i) if found.ambiguous else None
        if landmark is not None and (close := _close_to(settled, landmark.place_id)):
            found = _chosen(close, self._shadow.cased[m.start : m.end], None, context, near=near)
        if found.place is not None and role == "agency":
            found = self._seat(found)
        if self._is_part_of_town(m, found.place, area):
            role = "quarter"
        return Site(m.start, m.end, found, found.place, role, f"{why}; {found.why}", near, beside)

    def _landmark(self, i: int) -> Place | None:
        """Return the town that the words right after mention `i` say it lies by ("в Макарове под Киевом")."""
        after = self._mentions[i + 1] if i + 1 < len(self._mentions) else None
        if after is None:
            return None
        gap = self._shadow.lower[self._mentions[i].end : after.start]
        by = len(gap) < _BY and any(_end_with(words).search(gap) for words in ("near", "offset"))
        towns = [p for p in map(_place, _settlements(after.place_ids)) if p is not None]
        return max(towns, key=lambda p: p.population, default=None) if by else None

    @staticmethod
    def _seat(found: geocode.Resolution) -> geocode.Resolution:
        """Return the town of a hromada's office."""
        other = geocode.seat(found.place) if found.place is not None else None
        return found if other is None else _chosen((other.place_id,), other.name, None, (), near=False)

    def _is_part_of_town(self, m: Mention, place: Place | None, area: Place | None) -> bool:
        """Say whether a name is that of a part of a town: incidents are told of the town."""
        if place is None or place.is_area or area is not None:
            return False
        return (
            place.kind == "quarter" or _pattern("town_district").match(self._shadow.lower, m.end) is not None
        )

    def _role(self, m: Mention, i: int) -> tuple[str, str, bool]:
        """Return what the place is there for, why, and whether the words say "near" it."""
        lower = self._shadow.lower
        head = max(self._segments.at(m.start).start, m.start - 90)
        others = (
            ("name", "part of a name", self._after("compound", m) or self._is_in_name(m, head)),
            ("name", "a capital stands for its government", self._is_government(m, head)),
            ("agency", "part of the name of an office or a body", self._is_agency(m, head)),
            (
                "offset",
                "a distance is measured from it",
                bool(_end_with("offset").search(lower, head, m.start)),
            ),
            ("comparison", "something is compared to it", self._compared(m.start, head)),
            ("comparison", "nothing happened there", self._after("quiet_after", m)),
            ("origin", "where the wounded are treated", self._after("treated_after", m)),
            ("comparison", "it looks alike, or names a part of the front", self._after("alike_after", m)),
            ("agency", "where somebody speaks", self._is_where_spoken(m, head)),
            ("origin", BURIED, self._after("funeral_after", m)),
            ("origin", "an end of a road between two places", self._is_road(m, i) or self._is_way(m, i)),
            (
                "origin",
                "where something came from or was taken to",
                bool(_origin().search(lower[head : m.start]))
                and not _HOSPITAL_HIT.search(lower[head : m.start])
                and not self._after("hospital_hit", m),
            ),
        )
        for role, why, holds in others:
            if holds:
                return role, why, False
        return self._role_of_site(m, i, head)

    def _role_of_site(self, m: Mention, i: int, head: int) -> tuple[str, str, bool]:
        """Return the role of a place that may be a site: where people are from, near it, or at it."""
        lower = self._shadow.lower
        if _is_dateline(self._shadow, m):
            return "resident", "the dateline of an agency report", False
        if self._after("resident_after", m) or _end_with("resident").search(lower, head, m.start):
            return "resident", "where people named are from", False
        if _end_with("from").search(lower, head, m.start):
            return "from", "where somebody or something is from", False
        if _end_with("near").search(lower, head, m.start):
            if i and self._follows(self._mentions[i - 1], m):
                return "offset", "a landmark beside the place named before it", False
            return "site", "the words say near it", True
        return "mention", "named", False

    def _after(self, name: str, m: Mention | Site) -> bool:
        return _pattern(name).match(self._shadow.lower, m.end) is not None

    def _is_in_name(self, m: Mention, head: int) -> bool:
        """Say whether a capital before a place makes it part of a name: "Open Dnipro", "Суспільне Херсон"."""
        cased = self._shadow.cased
        lead = _NAME_BEFORE.search(cased, head, m.start)
        if lead is None or m.how != "exact" or lead["word"].casefold() in _no_names():
            return False
        begins = not cased[head : lead.start()].strip() or cased[: lead.start()].rstrip()[-1:] in ".!?:\n–—-"
        return not begins and lead.end("word") not in self._ends

    def _is_government(self, m: Mention, head: int) -> bool:
        """Say whether the capital of another country stands alone, not behind "in" or "on": its government is meant."""
        lower = self._shadow.lower
        if _KYIV in m.place_ids and _end_with("blamed").search(lower, head, m.start):
            return True
        if _KYIV in m.place_ids and m.how == "exact":
            opens = not lower[self._segments.at(m.start).start : m.start].strip(' "“«')
            return opens and self._after("rules", m)
        if not _CAPITALS.intersection(m.place_ids) or self._shadow.lower[m.end : m.end + 1] in {":", "–"}:
            return False
        return _end_with("located").search(self._shadow.lower, head, m.start) is None

    def _is_where_spoken(self, m: Mention, head: int) -> bool:
        """Say whether a place behind "in" opens a clause of speech ("У Москві заявили")."""
        lead = _IN_CLAUSE.search(self._shadow.lower[head : m.start])
        if lead is None or (
            lead["inside"] is None and (m.how != "exact" or self._shadow.lower[m.end : m.end + 1] == ",")
        ):
            return False
        return self._after("speech_after", m)

    def _is_way(self, m: Mention, i: int) -> bool:
        """Say whether a place is the end of a way "from A to B"."""
        before = self._mentions[i - 1] if i else None
        if before is None or self._shadow.lower[before.end : m.start] not in {" to ", " до ", " в ", " у "}:
            return False
        return (
            _end_with("from").search(self._shadow.lower, max(0, before.start - 20), before.start) is not None
        )

    def _is_road(self, m: Mention, i: int) -> bool:
        """Say whether a place is an end of "the X-Y road", "по дорозі з X до Y"."""
        lower = self._shadow.lower
        joined = re.compile(r" ?[-–—] ?| (?:to|до|в|у|на) ")
        after = self._mentions[i + 1] if i + 1 < len(self._mentions) else None
        before = self._mentions[i - 1] if i else None
        if after and joined.fullmatch(lower[m.end : after.start]):
            return bool(
                _ROAD_AFTER.match(lower, after.end)
                or _ROAD_BEFORE.search(lower, max(0, m.start - 40), m.start)
            )
        if before and joined.fullmatch(lower[before.end : m.start]):
            return bool(
                _ROAD_AFTER.match(lower, m.end)
                or _ROAD_BEFORE.search(lower, max(0, before.start - 40), before.start)
            )
        return False

    def _is_agency(self, m: Mention, head: int) -> bool:
        lower = self._shadow.lower
        owner = _OWNER.match(lower, m.end)
        return (
            bool(self._in_body[m.start])
            or _pattern("agency_after").match(lower, owner.end() if owner else m.end) is not None
            or _pattern("agency_after_cyr").match(lower, m.end) is not None
            or (
                _end_with("agency_before").search(lower, head, m.start) is not None
                and _pattern("building").search(lower, head, m.start) is None
            )
        )

    def _compared(self, at: int, head: int) -> bool:
        if _end_with("comparison").search(self._shadow.lower, head, at):
            return True
        sentence = self._segments.at(at)
        lead = self._shadow.lower[sentence.start : at]
        return bool(re.search(r"compar(?:ed|ing|es) [^.;]{0,60} (?:to|with) [^.;]{0,40}$", lead))

    def _follows(self, previous: Mention, m: Mention) -> bool:
        gap = self._shadow.lower[previous.end : m.start]
        near = _end_with("near").search(gap)
        rest = gap[: near.start()] if near else gap
        return _BESIDE.fullmatch(rest) is not None

    def _with_areas(self, sites: list[Site]) -> list[Site]:
        """Mark provinces and districts beside a settlement as what it lies in, and countries as mentions."""
        made = []
        for i, site in enumerate(sites):
            place = site.place
            if place is not None and place.kind == "country":
                made.append(replace(site, role="mention") if site.role == "site" else site)
            elif (
                place is not None
                and place.is_area
                and site.role in {"mention", "site"}
                and (
                    self._holds(sites, i)
                    or _TOWN_OF.search(self._shadow.lower, max(0, site.start - 40), site.start)
                )
            ) or self._is_area_of(made, site):
                made.append(
                    replace(site, role="within", why=f"the area a place beside it lies in; {site.found.why}")
                )
            else:
                made.append(site)
        return made

    def _is_area_of(self, before: list[Site], site: Site) -> bool:
        """Say whether a city stands for its province, as bad translations have it: "Zolochiv of Kharkiv area"."""
        last = before[-1] if before else None
        if last is None or last.place is None or site.place is None or last.place.admin1 != site.place.admin1:
            return False
        gap = self._shadow.lower[last.end : site.start]
        return gap in {" of ", ", ", " in ", " in the "} and self._after("loose_area", site)

    def _holds(self, sites: list[Site], i: int) -> bool:
        area = sites[i]
        for j in (i - 1, i + 1, i - 2):
            if 0 <= j < len(sites) and j != i:
                other = sites[j]
                if (
                    other.place is None
                    or other.place.is_area
                    or other.role in {"agency", "comparison", "origin"}
                ):
                    continue
                first, last = min(area.end, other.end), max(area.start, other.start)
                gap = self._shadow.lower[first:last]
                if (
                    len(gap) <= 34
                    and not re.search(r"[.;!?\n:]", gap)
                    and area.place
                    and other.place.admin1 == area.place.admin1
                ):
                    return True
        return False
