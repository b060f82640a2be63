"""The saved queries as a list of questions: those to begin with, then by group, or those with the words looked for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from parley.views import VIEWS
from parley.web.view.asking import Question
from parley.web.view.i18n import Interface
from parley.web.view.naming import Text, collation


@dataclass(frozen=True, slots=True)
class Section:
    """Questions under a heading."""

    title: Text
    questions: tuple[Question, ...]


def matching(questions: Iterable[Question], words: str) -> list[Question]:
    """The questions whose title, description or name has all of `words`, whatever their case and accents."""
    wanted = collation(words).split()
    return [one for one in questions if all(word in _text(one) for word in wanted)]


def first_of_each_view(questions: Sequence[Question]) -> list[Question]:
    """The first question that is answered by each kind of drawing."""
    drawn = list(VIEWS)[1:]
    return [found for view in drawn if (found := next((one for one in questions if one.view == view), None))]


def sections(questions: Sequence[Question], interface: Interface) -> list[Section]:
    """Those to begin with, the groups by the alphabet, then those without one; by view if no query names a group."""
    first = [one for one in questions if one.featured]
    rest = [one for one in questions if not one.featured]
    if any(one.group for one in questions):
        titles = {one.group.text: one.group for one in rest if one.group}
        groups = [(titles[text], [one for one in rest if one.group and one.group.text == text]) for text in titles]
        groups.sort(key=lambda group: collation(group[0].text))
        groups.append((_own(interface, "queries.others"), [one for one in rest if not one.group]))
    else:
        views = [*list(VIEWS)[1:], next(iter(VIEWS))]  # the plain tables last
        groups = [(_own(interface, f"views.{view}"), [one for one in rest if one.view == view]) for view in views]
    groups.insert(0, (_own(interface, "queries.first"), first))
    return [Section(title, tuple(found)) for title, found in groups if found]


def _own(interface: Interface, key: str) -> Text:
    return Text(str(interface(key)), interface.text_language)


def _text(question: Question) -> str:
    described = question.description.text if question.description else ""
    return collation(f"{question.title.text} {described} {question.name}")
