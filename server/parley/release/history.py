"""In which order releases became current: by number, because clocks jump."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class History:
    """Entries (number, "publish" or "rollback", name of the release's directory), in rising order."""

    entries: tuple[tuple[int, str, str], ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """The history in `text`; a line that is none of ours is passed over, because it must not stop a rollback."""
        rows = (line.split() for line in text.splitlines())
        return cls(tuple((int(r[0]), r[1], r[2]) for r in rows if len(r) == 3 and r[0].isdecimal()))

    def text(self) -> str:
        """The lines of the file."""
        return "".join(f"{number} {action} {name}\n" for number, action, name in self.entries)

    def numbers(self) -> dict[str, int]:
        """The latest number of each name."""
        return {name: number for number, _action, name in self.entries}

    def before(self, name: str) -> list[str]:
        """What to go back to from `name`, nearest first: neither what came later nor what a rollback has left.

        >>> History(((1, "publish", "a"), (2, "publish", "b"), (3, "rollback", "a"), (4, "publish", "c"))).before("c")
        ['a']
        """
        line: list[str] = []
        for _number, action, entry in self.entries:
            if action == "rollback" and entry in line:
                del line[line.index(entry) + 1 :]
            else:
                line = [*(earlier for earlier in line if earlier != entry), entry]
        end = line.index(name) if name in line else len(line)
        return line[:end][::-1]

    def after(self, action: str, name: str, existing: set[str]) -> History:
        """The history with one more entry, without the names of releases that are gone."""
        number = max((entry[0] for entry in self.entries), default=0) + 1
        kept = tuple(entry for entry in self.entries if entry[2] in existing)
        return History((*kept, (number, action, name)))
