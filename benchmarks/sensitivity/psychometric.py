"""A psychometric curve: how the chance to find a micro-expression (ME) grows with its size.

    p(x) = g + (1 - g - l) / (1 + exp(-k (z - m)))         z = the factor, scaled to 0..1 over the data

        1 |            ____ 1 - l        g   guess: hits that would come without any ME; measured on the
          |          /                       control film, not fitted
       .5 |........ /.                   l   lapse: MEs missed however strong they are
        g |_______ / :                   m, k   place and steepness
          +----------+---- x
                     50 % point

Wichmann and Hill (2001), "The psychometric function: I", Perception & Psychophysics 63. They bound the
lapse by a few per cent, since human lapses are rare; a spotter can miss half of all MEs at any strength, so
here it is free up to 1 - g. The curve is fitted by maximum likelihood to single MEs, never to bins.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

LEAST = 20
"""Fewer MEs are not fitted."""
LEAST_OF_EACH = 5
"""Nor are they where fewer were found, or missed: one hit by luck would bend the curve."""

_STEEPNESS = (1.0, 40.0)
_PLACE = (-0.5, 1.5)
_STARTS = ((0.3, 6.0, 0.1), (0.6, 12.0, 0.3), (0.9, 6.0, 0.05))
_TINY = 1e-6


@dataclass(frozen=True)
class Curve:
    """A fitted curve.

    Args:
        low: Smallest value of the factor in the data.
        high: Largest.
        logarithmic: Whether the factor is scaled by its logarithm.
        falls: Whether the chance falls with the factor.
        guess: g.
        lapse: l.
        place: m, on the scaled factor.
        steepness: k, at least 1.
    """

    low: float
    high: float
    logarithmic: bool
    falls: bool
    guess: float
    lapse: float
    place: float
    steepness: float

    def __call__(self, x: npt.ArrayLike) -> FloatArray:
        """The chance to find an ME at each value of the factor."""
        z = _scaled(np.asarray(x, dtype=float), self.low, self.high, self.logarithmic, self.falls)
        return _chance(z, self.guess, self.lapse, self.place, self.steepness)

    def half(self) -> float | None:
        """Where the chance is 50 %; `None` where that is not between the smallest and the largest value."""
        room = 1 - self.guess - self.lapse
        share = (0.5 - self.guess) / room if room > _TINY else 2.0
        if not 0 < share < 1:
            return None
        z = self.place - np.log(1 / share - 1) / self.steepness
        if not 0 <= z <= 1:
            return None
        if self.falls:
            z = 1 - z
        if self.logarithmic:
            return float(self.low * (self.high / self.low) ** z)
        return float(self.low + z * (self.high - self.low))


def fit_curve(
    x: FloatArray,
    hit: npt.NDArray[np.bool_],
    guess: float,
    *,
    logarithmic: bool,
    falls: bool = False,
    bounds: tuple[float, float] | None = None,
    start: tuple[float, float, float] | None = None,
    least: int = LEAST_OF_EACH,
) -> Curve | None:
    """Fit by maximum likelihood.

    Args:
        x: (N,) value of the factor of each ME.
        hit: (N,) whether it was found.
        guess: Share that would be found without any ME, in [0, 1).
        logarithmic: Whether the factor acts by its ratio; then `x` is above 0.
        falls: Whether more of the factor makes it harder.
        bounds: Range to scale by; that of `x` when left out.
        start: m, k, l near which the best is expected; three usual places when left out.
        least: MEs that must be found, and missed.

    Returns:
        `None` with fewer than `LEAST` MEs, where fewer than `least` were found or missed, or where `x` has
        one value.
    """
    from scipy.optimize import minimize

    low, high = bounds if bounds is not None else (float(x.min()), float(x.max()))
    if len(x) < LEAST or min(hit.sum(), (~hit).sum()) < least or high <= low:
        return None
    guess = min(max(guess, 0.0), 0.9)
    z = _scaled(x, low, high, logarithmic, falls)
    most = 1 - guess - 0.01

    def cost(values: FloatArray) -> tuple[float, FloatArray]:
        place, steepness, lapse = values
        rising = _chance(z, 0.0, 0.0, place, steepness)
        room = 1 - guess - lapse
        p = np.clip(guess + room * rising, _TINY, 1 - _TINY)
        slope = np.where(hit, -1 / p, 1 / (1 - p))
        change = room * rising * (1 - rising)
        gradient = [
            (slope * change).sum() * -steepness,
            (slope * change * (z - place)).sum(),
            -(slope * rising).sum(),
        ]
        return float(-np.log(np.where(hit, p, 1 - p)).sum()), np.array(gradient)

    tries = [
        minimize(
            cost,
            (place, steepness, min(lapse, most / 2)),
            jac=True,
            method="L-BFGS-B",
            bounds=(_PLACE, _STEEPNESS, (0.0, most)),
        )
        for place, steepness, lapse in (_STARTS if start is None else (start, _STARTS[1]))
    ]
    best = min(tries, key=lambda one: float(one.fun))
    if not np.isfinite(best.fun):
        return None
    place, steepness, lapse = map(float, best.x)
    return Curve(low, high, logarithmic, falls, guess, lapse, place, steepness)


@dataclass(frozen=True)
class FittedFactor:
    """A curve with what resampling says about it.

    Args:
        curve: Fitted to all MEs.
        half: The 50 % point, or `None`.
        half_low: Lower end of its interval; `None` where there is none.
        half_high: Upper end; `None` where more than 2.5 % of the resamples never reach 50 %.
        grid: (G,) values of the factor.
        band: (2, G) lower and upper end of the chance.
        draws: Resamples that could be fitted.
    """

    curve: Curve
    half: float | None
    half_low: float | None
    half_high: float | None
    grid: FloatArray
    band: FloatArray
    draws: int


def fit_with_interval(
    x: FloatArray,
    hit: npt.NDArray[np.bool_],
    cluster: npt.NDArray[np.int64],
    guess: float,
    *,
    logarithmic: bool,
    falls: bool = False,
    draws: int = 200,
    seed: int = 0,
) -> FittedFactor | None:
    """Fit, then fit again to resampled clusters.

    Args:
        x: (N,) value of the factor of each ME.
        hit: (N,) whether it was found.
        cluster: (N,) number of the recording, from 0.
        guess: As in `fit_curve`.
        logarithmic: As in `fit_curve`.
        falls: As in `fit_curve`.
        draws: Resamples.
        seed: Of the resampling.

    Returns:
        `None` where the curve cannot be fitted.
    """
    curve = fit_curve(x, hit, guess, logarithmic=logarithmic, falls=falls)
    if curve is None:
        return None
    rng = np.random.default_rng(seed)
    members = [np.flatnonzero(cluster == name) for name in np.unique(cluster)]
    grid = (
        np.geomspace(curve.low, curve.high, 60)
        if logarithmic
        else np.linspace(curve.low, curve.high, 60)
    )
    points, curves = [], []
    for _ in range(draws if len(members) > 1 else 0):
        chosen = np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))])
        again = fit_curve(
            x[chosen],
            hit[chosen],
            guess,
            logarithmic=logarithmic,
            falls=falls,
            bounds=(curve.low, curve.high),
            start=(curve.place, curve.steepness, curve.lapse),
            least=1,
        )
        if again is None:
            # All or none found: a flat line at the share that was.
            curves.append(np.full(len(grid), hit[chosen].mean()))
            points.append(np.inf)
            continue
        curves.append(again(grid))
        half = again.half()
        points.append(np.inf if half is None else half)
    if not curves:
        return FittedFactor(curve, curve.half(), None, None, grid, np.full((2, 60), np.nan), 0)
    band = np.quantile(np.array(curves), [0.025, 0.975], axis=0)
    low, high = np.quantile(points, [0.025, 0.975], method="inverted_cdf")
    half = curve.half()
    known = half is not None
    return FittedFactor(
        curve,
        half,
        float(low) if known and np.isfinite(low) else None,
        float(high) if known and np.isfinite(high) else None,
        grid,
        band,
        len(curves),
    )


def _scaled(x: FloatArray, low: float, high: float, logarithmic: bool, falls: bool) -> FloatArray:
    z = np.log(x / low) / np.log(high / low) if logarithmic else (x - low) / (high - low)
    return np.asarray(1 - z if falls else z, dtype=float)


def _chance(
    z: FloatArray, guess: float, lapse: float, place: float, steepness: float
) -> FloatArray:
    rising = 1 / (1 + np.exp(-np.clip(steepness * (z - place), -60, 60)))
    return np.asarray(guess + (1 - guess - lapse) * rising, dtype=float)
