"""Rows of a sheet as expressions: corrected, checked, and every fault told with file, row and key.

One `RowReader` serves one release. A row that cannot be used becomes a problem that begins with ``E_`` and
gives no event; what is odd but usable becomes one that begins with ``W_``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wdmd_tools.annotations import Problem
from wdmd_tools.importers.action_units import parse_action_units
from wdmd_tools.importers.corrections import Correction, Corrections
from wdmd_tools.importers.model import EventKind, FrameSpan, ReleaseEvent
from wdmd_tools.importers.numbers import frame_number
from wdmd_tools.importers.sheets import Row


@dataclass
class RowReader:
    """Makes events of rows and gathers what is wrong with them.

    Args:
        corrections: Applied to each row by its key.
        problems: Found so far.
        applied: Corrections made so far.
    """

    corrections: Corrections
    problems: list[Problem] = field(default_factory=list)
    applied: list[Correction] = field(default_factory=list)
    _seen: dict[tuple[str, ...], str] = field(default_factory=dict)

    def event(
        self, row: Row, key: str, kind: EventKind, cells: Mapping[str, str]
    ) -> ReleaseEvent | None:
        """The event of a row.

        Args:
            row: For messages.
            key: Stable name of the expression.
            kind: See `ReleaseEvent`.
            cells: Texts of ``onset`` and ``offset``; ``apex``, ``emotion`` and ``action_units`` where the
                sheet has them.

        Returns:
            `None` when the row cannot be used; `problems` then says why.
        """
        corrected = self.corrections.apply(key, cells)
        self.applied += corrected.applied
        if corrected.dropped:
            return None
        values = corrected.values
        span = self._span(row, key, values)
        if span is None:
            return None
        identity = (key, kind, str(span.onset), str(span.offset))
        if identity in self._seen:
            self.tell(
                "E_DUPLICATE_ROW",
                row,
                f"{key}: the same expression as in {self._seen[identity]}",
                "delete one of the two rows",
            )
            return None
        self._seen[identity] = row.source
        return ReleaseEvent(
            kind=kind,
            span=span,
            emotion=values.get("emotion", "").strip().lower() or None,
            action_units=self._units(row, key, values.get("action_units", "")),
            source=row.source,
            key=key,
            corrections=corrected.notes,
        )

    def tell(self, code: str, row: Row | str, message: str, fix: str) -> None:
        """Note a problem of a row, or of a file or folder."""
        where = row if isinstance(row, str) else row.source
        self.problems.append(Problem(code, message, fix, where))

    def tell_unused(self, used: Path, others: Sequence[Path]) -> None:
        """Note that several files would do as the sheet, and which one is read."""
        if others:
            names = ", ".join(path.name for path in others)
            self.tell(
                "W_SEVERAL_SHEETS",
                used.name,
                f"read as the annotation; not read: {names}",
                "move the files that are not meant out of the folder",
            )

    def _span(self, row: Row, key: str, values: Mapping[str, str]) -> FrameSpan | None:
        numbers: dict[str, int | None] = {}
        for name in ("onset", "apex", "offset"):
            cell = values.get(name, "")
            try:
                numbers[name] = frame_number(cell)
            except ValueError:
                if name != "apex":
                    self._not_a_number(row, key, name, cell)
                    return None
                numbers[name] = None
                self.tell(
                    "W_APEX",
                    row,
                    f"{key}: apex {cell!r} is no frame number; taken as unknown",
                    "correct it in the sheet",
                )
        onset, apex, offset = numbers["onset"], numbers["apex"], numbers["offset"]
        if onset is None or offset is None:
            missing = "onset" if onset is None else "offset"
            self._not_a_number(row, key, missing, values.get(missing, ""))
            return None
        # Offset 0 is the releases' "not annotated"; what becomes of it is the importer's choice.
        if 0 < offset < onset:
            self.tell(
                "E_REVERSED",
                row,
                f"{key}: offset {offset} is before onset {onset}",
                "correct the row in the sheet, or give its correction with --corrections",
            )
            return None
        if apex is not None and (apex < onset or 0 < offset < apex):
            self.tell(
                "W_APEX",
                row,
                f"{key}: apex {apex} is not within {onset} to {offset}; taken as unknown",
                "correct it in the sheet",
            )
            apex = None
        return FrameSpan(onset, apex, offset)

    def _not_a_number(self, row: Row, key: str, name: str, cell: str) -> None:
        self.tell(
            "E_ROW",
            row,
            f"{key}: {name} {cell!r} is no frame number" if cell else f"{key}: no {name}",
            "correct the row in the sheet, or give its correction with --corrections",
        )

    def _units(self, row: Row, key: str, cell: str) -> tuple[str, ...]:
        parsed = parse_action_units(cell)
        if parsed.unread:
            pieces = ", ".join(map(repr, parsed.unread))
            self.tell(
                "W_AU_UNREAD",
                row,
                f"{key}: of the action units {cell!r}, not read: {pieces}",
                "nothing, if it is a remark; else write the units as 4+R12B",
            )
        return parsed.labels
