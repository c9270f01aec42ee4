"""Classes of emotions: which original words of a dataset make which class of a protocol.

A scheme turns the words that annotators wrote (``happiness``, ``Happy``, ``disgust``) into the classes that
models are trained and judged on. Words outside of a scheme leave the sample out, as the protocols do.

    scheme("3").classify("Disgust")   "negative"
    scheme("3").classify("others")    None: MEGC 2019 leaves them out
    scheme("4").classify("others")    "others"

Sources: three classes as in MEGC 2019 (See et al., FG 2019); four as in SFAMNet and ME-TST, with ``others``
as a class; five of CASME II and SAMM, seven of CAS(ME)3, four and six of MMEW as in their papers' tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from wdmd_tools.errors import UnknownNameError


@dataclass(frozen=True)
class EmotionScheme:
    """The classes of a protocol.

    Args:
        name: As in configurations and results.
        classes: K classes, in the order of confusions and of a model's outputs.
        mapping: Normalised word to class; a class maps to itself without being listed.

    Raises:
        ValueError: There are fewer than two classes, one is repeated, or a word maps to none of them.
    """

    name: str
    classes: tuple[str, ...]
    mapping: Mapping[str, str]

    def __post_init__(self) -> None:
        if len(self.classes) < 2 or len(set(self.classes)) < len(self.classes):
            raise ValueError(f"Expected at least two distinct classes but got {self.classes}.")
        strange = sorted(set(self.mapping.values()) - set(self.classes))
        if strange:
            raise ValueError(f"Expected words of classes {self.classes} but got {strange[0]!r}.")
        whole = {name: name for name in self.classes} | dict(self.mapping)
        object.__setattr__(self, "mapping", MappingProxyType(whole))

    def __reduce__(self) -> tuple[object, ...]:
        return EmotionScheme, (self.name, self.classes, dict(self.mapping))

    def __hash__(self) -> int:
        return hash((self.name, self.classes))

    def classify(self, label: str) -> str | None:
        """The class of an annotated word.

        Args:
            label: As annotated; case and blanks do not matter.

        Returns:
            One of `classes`, or `None`: the sample is left out.
        """
        return self.mapping.get(normalise(label))

    def index(self, name: str) -> int:
        """The number of a class.

        Raises:
            ValueError: It is none of `classes`.
        """
        return self.classes.index(name)


def normalise(label: str) -> str:
    """A word in lower case, without blanks around it and with single ones inside."""
    return " ".join(label.split()).lower()


_HAPPY = {"happy": "happiness"}
_SAD = {"sad": "sadness"}
_OTHER = {"other": "others"}
_THREE = {
    "happiness": "positive",
    "happy": "positive",
    **dict.fromkeys(
        ("anger", "contempt", "disgust", "fear", "sad", "sadness", "repression"), "negative"
    ),
}
_BASIC = ("anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise")

SCHEMES: tuple[EmotionScheme, ...] = (
    EmotionScheme("3", ("negative", "positive", "surprise"), _THREE),
    EmotionScheme("4", ("negative", "positive", "surprise", "others"), {**_THREE, **_OTHER}),
    EmotionScheme(
        "casme2-5",
        ("disgust", "happiness", "repression", "surprise", "others"),
        {**_HAPPY, **_OTHER},
    ),
    EmotionScheme(
        "samm-5", ("anger", "contempt", "happiness", "surprise", "others"), {**_HAPPY, **_OTHER}
    ),
    EmotionScheme(
        "casme3-7",
        ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "others"),
        {**_HAPPY, **_SAD, **_OTHER},
    ),
    EmotionScheme("mmew-4", ("disgust", "happiness", "surprise", "others"), {**_HAPPY, **_OTHER}),
    EmotionScheme(
        "mmew-6",
        ("anger", "disgust", "fear", "happiness", "sadness", "surprise"),
        {**_HAPPY, **_SAD},
    ),
    EmotionScheme("ekman-7", _BASIC, {**_HAPPY, **_SAD}),
)
"""Every scheme, in order of the docs."""


def scheme(name: str) -> EmotionScheme:
    """The scheme of a name.

    Args:
        name: ``"3"``, ``"4"``, ``"casme2-5"``, ``"samm-5"``, ``"casme3-7"``, ``"mmew-4"``, ``"mmew-6"`` or
            ``"ekman-7"``.

    Raises:
        UnknownNameError: There is none of that name.
    """
    for one in SCHEMES:
        if one.name == name:
            return one
    raise UnknownNameError("scheme of emotions", name, [one.name for one in SCHEMES])
