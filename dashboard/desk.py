"""The part at the foot of the ledger where a person reviews and corrects an incident; there only with `serve --edit`.

What was seen when the part was drawn is what an edit is made from: when somebody else changed the incident meanwhile,
the edit is refused and both changes are shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

import streamlit as st

from dashboard import desk_claims, ledger_view, messages, session, source
from dashboard.changes import change_words
from dashboard.markup import render
from dashboard.session import held
from dashboard.strings import Words
from incidents import duplicates, editing, placing, vocabulary
from incidents._errors import AtlasError, BadInput, NotFound
from incidents.editing import Edit, Hand, Meanwhile
from incidents.model import Claim, Incident

REVIEWS: Final = ("unreviewed", "accepted", "needs_review", "rejected")
GRADINGS: Final = (editing.NONE, *editing.JUDGED)
_CHOICES: Final = frozenset({"predicate", "qualifier", "extent"})
_SEVERAL: Final = ("impact", "weapon")
_MARK: Final = "desk"
_NAME: Final = "desk_name"


@dataclass
class Desk:
    """What lies on a visitor's desk: the incident as seen, how often it was laid out, and what came of the last save."""

    seen: Incident
    number: int = 0
    language: str = ""
    is_saved: bool = False
    problems: list[str] = field(default_factory=list)
    met: Meanwhile | None = None
    saved: list[Edit] = field(default_factory=list)

    def key(self, name: str) -> str:
        """Return the key of a widget; one of its own for each laying out, so that none keeps an older value."""
        return f"desk_{self.number}_{name}"

    def typed(self, name: str) -> Any:
        """Return what stands in a widget."""
        return st.session_state.get(self.key(name))


def draw(incident: Incident, words: Words) -> None:
    """Draw the part for `incident`, as it is in the collection now. Draws nothing where editing is off."""
    if not source.may_edit():
        return
    desk = _laid_out(incident, words.language)
    with st.container(key="desk"):
        st.html(render("desk.html", heading=words("desk.heading"), lead=words("desk.lead")))
        _said(desk, incident, words)
        if why := _refusal():
            messages.notice(words("desk.read_only"), [why], kind="warning")
        names = [words(f"desk.tab_{name}") for name in ("review", "correct", "claim", "add", "split")]
        review, correct, claim, add, split = st.tabs(names)
        with review, st.form(desk.key("review_form"), border=False):
            _review(desk, words)
        with correct, st.form(desk.key("correct_form"), border=False):
            _correct(desk, words)
        with claim:
            _claim(desk, words)
        with add, st.form(desk.key("add_form"), border=False):
            sign = partial(_signature, desk, "add", words)
            desk_claims.draw_addition(desk, words, sign=sign, on_save=_save_addition)
        with split:
            _split(desk, words)


def _refusal() -> str | None:
    """Say why nothing can be saved at present, before somebody has typed."""
    try:
        return source.store().refusal()
    except AtlasError as error:
        return str(error)


def _laid_out(incident: Incident, language: str) -> Desk:
    """Return what lies on the desk; another incident is laid out anew, and another language takes new widgets.

    Choices are sent by their labels, and one of the other language would be nobody's.
    """
    desk: Desk | None = held().marks.get(_MARK)
    if desk is None or desk.seen.id != incident.id:
        desk = Desk(incident, desk.number + 1 if desk else 0, language)
    elif desk.language != language:
        desk = replace(desk, number=desk.number + 1, language=language)
    held().marks[_MARK] = desk
    return desk


def _lay_out_anew(*, saved: list[Edit] | None = None) -> None:
    """Take the incident from the desk; the next run lays it out as it is then. `saved` is what may be taken back."""
    desk: Desk = held().marks[_MARK]
    try:
        now = source.catalogue().get(desk.seen.id)
    except NotFound:  # deleted meanwhile: the page says so
        held().marks.pop(_MARK)
        return
    held().marks[_MARK] = Desk(
        now, desk.number + 1, desk.language, is_saved=saved is not None, saved=saved or []
    )


def _said(desk: Desk, now: Incident, words: Words) -> None:
    """Say what came of the last save, and whether somebody else changed the incident since it was laid out."""
    if desk.is_saved:
        last = desk.seen.history[-1] if desk.seen.history else None
        messages.notice(words("desk.saved", who=last.by if last else ""))
        if desk.saved and desk.saved[0].after == desk.seen == now:
            st.button(words("desk.undo"), on_click=_take_back, args=(words,), key=desk.key("undo"))
        if len(desk.saved) == 2:
            other = desk.saved[1].after.id
            st.button(
                words("desk.split_open"), on_click=session.open_incident, args=(other,), kwargs={"move": False},
                key=desk.key("open_other"),
            )  # fmt: skip
    if desk.problems:
        messages.notice(words("desk.refused"), desk.problems, kind="error")
    if desk.met is not None or now != desk.seen:
        messages.notice(
            words("desk.met"), _meanwhile(desk, now, words), why=words("desk.met_why"), kind="warning"
        )
        st.button(words("desk.reload"), on_click=_lay_out_anew, key=desk.key("reload"))


def _meanwhile(desk: Desk, now: Incident, words: Words) -> list[str]:
    who = now.history[-1].by if now.history else words("unknown")
    theirs = [words("desk.theirs", who=who, change=c) for c in _changes(desk.seen, now, words)]
    mine = desk.met.edit.after if desk.met is not None else None
    return theirs + [
        words("desk.yours", change=c) for c in (_changes(desk.seen, mine, words) if mine else [])
    ]


def _changes(before: Incident, after: Incident, words: Words) -> list[str]:
    return [change_words(d, words) for d in editing.differences(before, after)]


# ---- the two forms


def _review(desk: Desk, words: Words) -> None:
    seen = desk.seen
    options = REVIEWS if seen.review in REVIEWS else (*REVIEWS, seen.review)
    st.segmented_control(
        words("desk.incident"), options, default=seen.review, key=desk.key("review"), required=True,
        format_func=lambda word: words.term("review", word),
    )  # fmt: skip
    st.segmented_control(
        words("desk.grading"), GRADINGS, default=seen.judged_grading or editing.NONE, key=desk.key("grading"),
        format_func=lambda w: words("desk.grading_none") if w == editing.NONE else words.term("grading", w),
        help=words("desk.grading_help"), required=True,
    )  # fmt: skip
    if seen.claims:
        labels = {claim.id: claim_label(claim, words) for claim in seen.claims}
        st.multiselect(
            words("desk.claims"), list(labels), key=desk.key("claims"), format_func=labels.__getitem__,
            placeholder=words("desk.claims_none"), help=words("desk.claims_help"),
        )  # fmt: skip
        st.segmented_control(
            words("desk.claims_are"), REVIEWS, key=desk.key("claims_review"),
            format_func=lambda word: words.term("review", word),
        )  # fmt: skip
    _signature(desk, "review", words)
    st.form_submit_button(
        words("desk.save"), on_click=_save_review, args=(words,), key=desk.key("save_review")
    )


def _correct(desk: Desk, words: Words) -> None:
    seen = desk.seen
    st.text_input(words("desk.title"), seen.title, key=desk.key("title"))
    for name in ("category", "role"):
        chosen = str(getattr(seen, name))
        desk_claims.choose(name, chosen, words(f"filter.{name}"), key=desk.key(name), words=words)
    for name in _SEVERAL:
        st.multiselect(
            words(f"filter.{name}"), list(vocabulary.words(name)), list(getattr(seen, name)), key=desk.key(name),
            format_func=partial(words.term, name), placeholder=words("none"),
        )  # fmt: skip
    st.text_area(words("desk.summary"), seen.summary, key=desk.key("summary"), height=110)
    st.text_input(words("desk.date"), date_text(seen), key=desk.key("date"), help=words("desk.date_help"))
    st.text_input(
        words("filter.place"), seen.place_name or "", key=desk.key("place"), help=words("desk.place_help")
    )
    st.text_input(words("desk.province"), seen.admin1_name or "", key=desk.key("province"))
    _signature(desk, "correct", words)
    st.form_submit_button(
        words("desk.save"), on_click=_save_correction, args=(words,), key=desk.key("save_correct")
    )


def _claim(desk: Desk, words: Words) -> None:
    """Draw the fields of one claim; which one stands outside the form, as the fields follow it."""
    if not desk.seen.claims:
        st.caption(words("ledger.empty"))
        return
    claims = {claim.id: claim for claim in desk.seen.claims}
    labels = {key: claim_label(claim, words) for key, claim in claims.items()}
    chosen = st.selectbox(
        words("desk.which"), list(labels), key=desk.key("claim"), format_func=labels.__getitem__
    )
    claim = claims[chosen]
    if claim.quote:
        st.html(render("quote.html", text=claim.quote.text))
    with st.form(desk.key("claim_form"), border=False):
        for name, text in claim_texts(claim).items():
            key, label = desk.key(f"{claim.id}_{name}"), words(f"desk.field.{name}")
            if name in _CHOICES:
                desk_claims.choose(name, text, label, key=key, words=words)
            else:
                helped = words("desk.figure_help") if name == "value" else None
                st.text_input(label, text, key=key, help=helped)
        _signature(desk, "claim", words)
        st.form_submit_button(
            words("desk.save"), on_click=_save_claim, args=(claim, words), key=desk.key("save_claim")
        )


def claim_texts(claim: Claim) -> dict[str, str]:
    """Return what a person may put right in a claim, as the form takes it. The quote is not among it."""
    figure: dict[str, str] = {}
    if claim.predicate in vocabulary.count_predicates():
        low, high = claim.min, claim.max
        is_span = low is not None and high is not None and low != high
        value = f"{low}-{high}" if is_span else "" if claim.value is None else str(claim.value)
        figure = {"value": value, "qualifier": claim.qualifier, "group": claim.group or ""}
    elif claim.predicate == "denial":
        figure = {"target": claim.target or ""}
    speaker = claim.speaker
    return {
        "predicate": claim.predicate, **figure, "extent": claim.extent,
        "speaker": speaker.name if speaker else "", "speaker_role": (speaker.role or "") if speaker else "",
    }  # fmt: skip


def _save_claim(claim: Claim, words: Words) -> None:
    desk: Desk = held().marks[_MARK]
    hand = _hand(desk, "claim")
    shown = claim_texts(claim)
    typed = {name: str(desk.typed(f"{claim.id}_{name}") or "").strip() for name in shown}
    fields = {name: text for name, text in typed.items() if text != shown[name]}

    def change(incident: Incident) -> Incident:
        return editing.correct_claim(incident, claim.id, fields, hand=hand) if fields else incident

    _save(desk, hand, change, words)


def _save_addition(words: Words) -> None:
    desk: Desk = held().marks[_MARK]
    hand = _hand(desk, "add")
    _save(desk, hand, lambda seen: editing.add_claim(seen, desk_claims.added(desk), hand=hand), words)


def _split(desk: Desk, words: Words) -> None:
    if len(desk.seen.claims) < 2:
        st.caption(words("desk.split_none"))
        return
    with st.form(desk.key("split_form"), border=False):
        labels = {claim.id: claim_label(claim, words) for claim in desk.seen.claims}
        sign = partial(_signature, desk, "split", words)
        desk_claims.draw_division(desk, words, labels, desk.seen.title, sign=sign, on_save=_save_division)


def _save_division(words: Words) -> None:
    """Move the chosen claims to an incident of their own, or to another, and note that the two are two."""
    desk: Desk = held().marks[_MARK]
    hand = _hand(desk, "split")

    def edits(seen: Incident) -> list[Edit]:
        claims, title, to = desk_claims.divided(desk)
        if not claims:
            raise BadInput(words("desk.split_which"))
        into = source.store().get(to) if to else None
        left, grown = editing.split(seen, claims, hand=hand, into=into)
        if into is None and title and title != seen.title:
            grown = editing.correct(grown, {"title": title}, hand=hand)
        return [Edit(seen, left), Edit(into, grown)]

    _keep(desk, hand, edits, words)


def _signature(desk: Desk, form: str, words: Words) -> None:
    why, by = st.columns([3, 2])
    with why:
        st.text_input(words("desk.why"), key=desk.key(f"{form}_why"), placeholder=words("desk.why_hint"))
    with by:
        name = held().marks.setdefault(_NAME, source.editor())
        st.text_input(words("desk.by"), name, key=desk.key(f"{form}_by"))


def claim_label(claim: Claim, words: Words) -> str:
    """Return one line by which a claim is told from the others of its incident."""
    who = claim.speaker.name if claim.speaker else words("ledger.own_voice")
    kind = words.term("predicate", claim.predicate)
    stated = claim.min is not None or claim.max is not None
    figure = f" {ledger_view.figure_words(claim, words)}" if stated else ""
    state = "" if claim.review == "unreviewed" else f", {words.term('review', claim.review).lower()}"
    return f"{kind}{figure}, {who}{state} · {editing.short(claim.id)}"


def date_text(incident: Incident) -> str:
    """Return the day or days as the form takes them; empty where they are not known."""
    start, end = incident.date_start, incident.date_end or incident.date_start
    if start is None or end is None:
        return ""
    if incident.date_precision == "year" and (start.month, start.day, end.month, end.day) == (1, 1, 12, 31):
        return f"{start:%Y}"
    if incident.date_precision == "month" and start.day == 1 and (end + dt.timedelta(days=1)).day == 1:
        return f"{start:%Y-%m}"
    return start.isoformat() if start == end else f"{start}/{end}"


# ---- saving


def _hand(desk: Desk, form: str) -> Hand:
    name = str(desk.typed(f"{form}_by") or "").strip() or source.editor()
    held().marks[_NAME] = name
    return editing.signed(name, str(desk.typed(f"{form}_why") or ""))


def _save_review(words: Words) -> None:
    desk: Desk = held().marks[_MARK]
    hand = _hand(desk, "review")

    def change(incident: Incident) -> Incident:
        claims, claims_review = desk.typed("claims") or [], desk.typed("claims_review")
        if bool(claims) != bool(claims_review):
            raise BadInput(words("desk.claims_half"))
        incident = editing.set_review(incident, desk.typed("review") or incident.review, hand=hand)
        incident = editing.set_grading(incident, desk.typed("grading") or editing.NONE, hand=hand)
        return editing.set_review(incident, claims_review, hand=hand, claims=claims) if claims else incident

    _save(desk, hand, change, words)


def _save_correction(words: Words) -> None:
    desk: Desk = held().marks[_MARK]
    hand = _hand(desk, "correct")

    def change(incident: Incident) -> Incident:
        fields = _corrected(desk)
        place: dict[str, Any] | None = None
        problems: list[str] = []
        try:
            place = _place(desk)
        except BadInput as bad:
            problems.extend(bad.problems)
        try:
            incident = editing.correct(incident, fields, hand=hand) if fields else incident
        except BadInput as bad:
            problems.extend(bad.problems)
        if problems:
            raise BadInput(problems)
        return editing.move(incident, place, hand=hand) if place is not None else incident

    _save(desk, hand, change, words)


def _corrected(desk: Desk) -> dict[str, str]:
    """Return the fields of the incident that were written otherwise than they stood there, as a person writes them."""
    seen = desk.seen
    shown = {name: getattr(seen, name) for name in ("title", "category", "role", "summary")}
    shown["date"] = date_text(seen)
    typed = {name: str(desk.typed(name) or "").strip() for name in shown}
    fields = {name: text for name, text in typed.items() if text != shown[name].strip()}
    for name in _SEVERAL:
        chosen = list(desk.typed(name) or ())
        if set(chosen) != set(getattr(seen, name)):
            fields[name] = ",".join(chosen)
    return fields


def _place(desk: Desk) -> dict[str, Any] | None:
    """Return the place that was written, null where it was left as it is."""
    shown = (desk.seen.place_name or "", desk.seen.admin1_name or "")
    typed = tuple(str(desk.typed(name) or "").strip() for name in ("place", "province"))
    if typed == shown:
        return None
    province = typed[1] if typed[1] != shown[1] or typed[0] == shown[0] else None
    return placing.written(typed[0], province=province or None)


def _save(desk: Desk, hand: Hand, change: Callable[[Incident], Incident], words: Words) -> None:
    _keep(desk, hand, lambda seen: [Edit(seen, change(seen))], words)


def _keep(desk: Desk, hand: Hand, edits: Callable[[Incident], list[Edit]], words: Words) -> None:
    """Save what a form makes of the incident on the desk, or of two; say what stands in the way of it."""
    desk.is_saved, desk.problems, desk.met = False, [], None
    try:
        made = edits(desk.seen)
        if all(edit.before == edit.after for edit in made):
            desk.problems = [words("desk.nothing")]
            return
        editing.save(source.store(), made, by=hand.by)
        if len(made) > 1:  # a person has told the two apart: no program joins them again
            one, other = (edit.after.id for edit in made)
            duplicates.reject(source.store(), one, other, by=hand.by, at=hand.at)
    except Meanwhile as met:
        desk.met = met
    except BadInput as bad:
        desk.problems = list(bad.problems)
    except AtlasError as error:
        desk.problems = [str(error)]
    else:
        _lay_out_anew(saved=made)


def _take_back(words: Words) -> None:
    """Put the incident back as it was before the last save of this visitor; claims that were moved come back."""
    desk: Desk = held().marks[_MARK]
    hand = editing.signed(held().marks.get(_NAME) or source.editor())
    if len(desk.saved) == 1 and (before := desk.saved[0].before) is not None:
        _save(desk, hand, lambda seen: editing.taken_back(before, seen, hand=hand), words)
    elif len(desk.saved) == 2:
        _join_again(desk, hand)


def _join_again(desk: Desk, hand: Hand) -> None:
    """Take claims back that were moved: all of a new incident, which is then found under this one."""
    left, grown = desk.saved
    try:
        if grown.before is None:
            duplicates.accept(source.store(), left.after.id, grown.after.id, by=hand.by, at=hand.at)
        else:
            gone = {claim.id for claim in left.after.claims}
            was = left.before.claims if left.before else ()
            moved = [claim.id for claim in was if claim.id not in gone]
            there, here = editing.split(grown.after, moved, hand=hand, into=left.after)
            editing.save(source.store(), [Edit(grown.after, there), Edit(left.after, here)], by=hand.by)
    except AtlasError as error:
        desk.problems = list(error.problems) if isinstance(error, BadInput) else [str(error)]
    else:
        _lay_out_anew(saved=[])
