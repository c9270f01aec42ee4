"""The models that come with the benchmark, in the order of rows; a new one is one more entry here."""

from dataclasses import replace

from benchmarks.cards.read import built_in_card
from benchmarks.plugins import plugin_entries
from benchmarks.registry import ModelEntry, Registry


def _trivial(name: str, cls: str, display: str, note: str) -> ModelEntry:
    target = f"benchmarks.models.trivial:{cls}"
    return ModelEntry(name, target, display, note, group="trivial")


_LBP_SOURCES = (
    *(
        f"benchmarks.models.{name}"
        for name in ("cut_clips", "emotion_svm", "lbp", "svm", "validation")
    ),
    *(
        f"benchmarks.features.{name}"
        for name in ("blocks", "grey", "lbp_codes", "lbp_sip", "lbp_top", "store", "windows")
    ),
    "meldae.decode",
)


def _lbp(
    name: str, target: str, display: str, note: str, sources: tuple[str, ...] = ()
) -> ModelEntry:
    return ModelEntry(
        name,
        f"benchmarks.models.{target}",
        display,
        note,
        group="classical",
        sources=(*_LBP_SOURCES, *sources),
    )


def _meldae(name: str, preset: str, display: str, note: str, group: str = "paper") -> ModelEntry:
    return ModelEntry(
        name,
        "benchmarks.models.meldae_adapter:MeldaeSpotter",
        display,
        note,
        group=group,
        options={"preset": preset},
        sources=("meldae",),
        smoke={"set": ["training.epochs=1"]},
    )


_MOL_SOURCES = (
    "benchmarks.models.mol",
    "benchmarks.models.adapters",
    *(f"benchmarks.models.{name}" for name in ("cut_clips", "svm", "validation")),
    *(f"benchmarks.features.{name}" for name in ("flow_methods", "grey", "landmarks", "store")),
    "meldae.calibration",
    "meldae.decode",
    "meldae.layers",
    "meldae.losses",
    "meldae.targets",
)


def _boosting(name: str, display: str, note: str, **options: object) -> ModelEntry:
    return ModelEntry(
        name,
        "benchmarks.models.boosting.spotter:Boosting",
        display,
        note,
        group="deep",
        options=options,
        sources=(
            "benchmarks.models.boosting",
            *(f"benchmarks.models.{name}" for name in ("peaks", "softnet", "svm", "validation")),
            *(
                f"benchmarks.features.{name}"
                for name in (
                    "face_points",
                    "flow_methods",
                    "landmarks",
                    "region_flow",
                    "regions",
                    "store",
                )
            ),
        ),
        smoke={"epochs": 1},
    )


def _detector(name: str, target: str, display: str, note: str) -> ModelEntry:
    return ModelEntry(
        name,
        f"benchmarks.models.{target}",
        display,
        note,
        group="deep",
        sources=(
            "benchmarks.models.tad",
            "benchmarks.models.emotion_svm",
            "benchmarks.models.svm",
            "benchmarks.models.validation",
            "benchmarks.features.frames",
            "benchmarks.features.grey",
            "meldae.decode",
            "meldae.layers.motion",
        ),
        smoke={"epochs": 1},
    )


BUILT_IN = (
    _trivial("never", "Never", "never", "No micro-expression anywhere; always the majority state."),
    _trivial(
        "always",
        "Always",
        "always (whole clip)",
        "Every clip is one micro-expression from end to end.",
    ),
    _trivial(
        "prior", "Prior", "prior", "The training split's shares as constants; no segments at all."
    ),
    _trivial(
        "random",
        "RandomPrior",
        "random (training rate)",
        "Segments at the training split's rate, with its durations; what would overlap is left out.",
    ),
    ModelEntry(
        "random-matched",
        "benchmarks.models.random_matched:RandomMatched",
        "random (duration-matched)",
        "As many segments as the training split has per second, with its durations, none left out.",
        group="trivial",
        sources=("benchmarks.models.trivial",),
    ),
    ModelEntry(
        "emotion-majority",
        "benchmarks.models.trivial_emotion:MajorityEmotion",
        "majority emotion",
        "The training split's most frequent emotion, always; it spots nothing.",
        group="trivial",
        sources=("benchmarks.models.trivial",),
    ),
    ModelEntry(
        "emotion-random",
        "benchmarks.models.trivial_emotion:RandomEmotion",
        "random emotion (training shares)",
        "Each emotion as often as the training split has it, on segments placed as random places them.",
        group="trivial",
        sources=("benchmarks.models.trivial", "benchmarks.models.random_matched"),
    ),
    _lbp(
        "lbp-top",
        "lbp:LbpTopSvm",
        "LBP-TOP + linear SVM",
        "Sliding windows; our reading, since the paper does not say how LBP became a spotter.",
    ),
    _lbp(
        "lbp-sip",
        "lbp:LbpSipSvm",
        "LBP-SIP + linear SVM",
        "As LBP-TOP, with six-point patterns.",
    ),
    _lbp(
        "lbp-mop",
        "lbp_mop:LbpMopSvm",
        "LBP-MOP + linear SVM",
        "As LBP-TOP, on the means of each block along its three axes.",
        ("benchmarks.features.lbp_mop",),
    ),
    ModelEntry(
        "chi2-difference",
        "benchmarks.models.feature_difference:FeatureDifference",
        "chi-squared feature difference (one threshold)",
        "Learns nothing but one threshold: LBP of a frame against those before and after it.",
        group="classical",
        sources=(
            *_LBP_SOURCES,
            "benchmarks.models.peaks",
            "benchmarks.features.difference",
            "benchmarks.features.lbp_frame",
        ),
    ),
    ModelEntry(
        "softnet",
        "benchmarks.models.softnet:SoftNetSpotter",
        "SOFTNet (DIS flow)",
        "As published but for the flow method and where its threshold is chosen: on validation.",
        group="deep",
        smoke={"epochs": 1},
        sources=(
            *(
                f"benchmarks.models.{name}"
                for name in (
                    "softnet_network",
                    "flow_emotions",
                    "emotion_svm",
                    "peaks",
                    "feature_difference",
                    "svm",
                    "validation",
                )
            ),
            *(
                f"benchmarks.features.{name}"
                for name in ("flow", "flow_methods", "grey", "onset_apex", "store")
            ),
            "meldae.decode",
        ),
    ),
    _detector(
        "temporal-maxer",
        "temporal_maxer:TemporalMaxer",
        "TemporalMaxer-lite (region motion)",
        "Temporal action detection by maximum pooling; says nothing about the speaking state.",
    ),
    _detector(
        "action-former",
        "action_former:ActionFormer",
        "ActionFormer-lite (region motion)",
        "Temporal action detection by local attention; says nothing about the speaking state.",
    ),
    ModelEntry(
        "mol",
        "benchmarks.models.mol.spotter:Mol",
        "MOL nano (sliding windows)",
        "Emotion, flow and landmarks learnt together; made for recognition, spotting is our adapter.",
        group="deep",
        sources=_MOL_SOURCES,
        smoke={"steps": 2, "batch": 4},
    ),
    _boosting(
        "boosting",
        "BoostingVRME nano (DIS flow)",
        "Spots and recognises on one network; intervals follow the score, durations the training clips.",
    ),
    _boosting(
        "boosting-fixed-interval",
        "BoostingVRME nano, fixed interval",
        "As BoostingVRME, but every interval is as long as half the typical duration to both sides.",
        strategy="fixed",
    ),
    _boosting(
        "boosting-no-priors",
        "BoostingVRME nano, no priors",
        "As BoostingVRME, but with a duration of 0.4 s and equal weights of the classes.",
        priors=False,
    ),
    _boosting(
        "boosting-separate-backbones",
        "BoostingVRME nano, two networks",
        "As BoostingVRME, but spotting and recognition have a network each.",
        shared=False,
    ),
    _meldae(
        "meldae-no-enhancer",
        "nano-star",
        "MELDAE* nano (motion input)",
        "No enhancer, otherwise as MELDAE nano.",
    ),
    _meldae(
        "meldae-literal",
        "nano-rgb",
        "MELDAE nano (RGB patches, literal)",
        "Input as the paper says word for word, but a tiny ViT from scratch; 12 epochs, the others 24.",
    ),
    _meldae(
        "meldae",
        "nano",
        "MELDAE nano (motion input)",
        "Tiny ViT from scratch on motion channels; the paper's is a pretrained ViT on RGB.",
    ),
    _meldae(
        "meldae-plus",
        "nano-plus",
        "MELDAE+ nano",
        "MELDAE nano with temporal context of regions and injected MEs in training.",
        group="beyond",
    ),
)


def default_registry() -> Registry:
    """The built-in models, and those of installed packages (`benchmarks.plugins`)."""
    registry = Registry(
        entry if entry.card else replace(entry, card=built_in_card(entry.name))
        for entry in BUILT_IN
    )
    for entry in plugin_entries([entry.name for entry in BUILT_IN]):
        registry.add(entry)
    return registry
