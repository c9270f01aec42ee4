"""The one place where faults of pympi-ling 1.71 are worked around.

    fault of pympi                                          what is done
    no VERSION or schema in the root: KeyError              added
    an annotation without a value: IndexError               an empty value is added
    the value is not the first child: another text is read  moved to the front
    an id without a digit, or with a digit that int() does
    not read: ValueError                                    a number is appended
    an annotation id that is there twice: one is lost       the second is renamed
    a time such as ``100.0``: ValueError                    the whole number
    faults in types, vocabularies, locales: KeyError        these are left out: nothing of them is used
    `get_annotation_data_for_tier` and its kin: KeyError,
    lost groups, times of other tiers                       never called, see `wdmd_tools.elan.reader`
    a warning on standard error for unknown versions        switched off; we report our own

The user's file is never changed: the tree that pympi reads is a copy.
"""

import xml.etree.ElementTree as ET

from wdmd_tools.elan.guard import second_name, usable_id, whole_ms

_SCHEMA = "{http://www.w3.org/2001/XMLSchema-instance}noNamespaceSchemaLocation"
_READ = ("HEADER", "TIME_ORDER", "TIER")
_SLOT_KEYS = ("TIME_SLOT_ID", "TIME_SLOT_REF1", "TIME_SLOT_REF2")
_ID_KEYS = ("ANNOTATION_ID", "ANNOTATION_REF", "PREVIOUS_ANNOTATION")


def mend(data: bytes) -> tuple[bytes, dict[str, str]]:
    """Bytes that pympi reads without loss.

    Args:
        data: An EAF that passed the guard.

    Returns:
        XML with only what we read of it; and for each annotation id that had to be changed the one that
        the user knows.
    """
    root = ET.fromstring(data)  # noqa: S314  # the guard has refused entities, depth and size
    root.attrib.setdefault("VERSION", "3.0")
    root.attrib.setdefault(_SCHEMA, "")
    for child in list(root):
        if child.tag not in _READ:
            root.remove(child)
        elif child.tag == "HEADER":
            for part in list(child):
                if part.tag != "MEDIA_DESCRIPTOR":
                    child.remove(part)
    _number_slots(root)
    known_as = _number_annotations(root)
    mended: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return mended, known_as


def _number_slots(root: ET.Element) -> None:
    for element in root.iter():
        for key in _SLOT_KEYS:
            if key in element.attrib and not usable_id(element.attrib[key]):
                element.attrib[key] = _numbered(element.attrib[key])
        if element.tag == "TIME_SLOT" and "TIME_VALUE" in element.attrib:
            element.attrib["TIME_VALUE"] = whole_ms(element.attrib["TIME_VALUE"]) or "0"


def _number_annotations(root: ET.Element) -> dict[str, str]:
    counts: dict[str, int] = {}
    known_as: dict[str, str] = {}
    for element in list(root.iter()):
        if element.tag not in ("ALIGNABLE_ANNOTATION", "REF_ANNOTATION"):
            continue
        _value_first(element)
        name = element.attrib["ANNOTATION_ID"]
        counts[name] = counts.get(name, 0) + 1
        if counts[name] > 1:
            element.attrib["ANNOTATION_ID"] = second_name(name, counts[name])
        for key in _ID_KEYS:
            given = element.attrib.get(key)
            if given is not None and not usable_id(given):
                element.attrib[key] = _numbered(given)
                known_as[_numbered(given)] = given
    return known_as


def _numbered(name: str) -> str:
    """The same name in plain characters and with a number; different names stay different."""
    return "x" + "".join(str(byte).zfill(3) for byte in name.encode())[:3000] + "x"


def _value_first(element: ET.Element) -> None:
    value = element.find("ANNOTATION_VALUE")
    if value is None:
        value = ET.Element("ANNOTATION_VALUE")
    else:
        element.remove(value)
    element.insert(0, value)
