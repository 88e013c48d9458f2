"""What a site may want otherwise in its rules, with the defaults that ship."""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from typing import Any

from core.errors import SettingsError
from inference.rules.sequential import Bounds


@dataclass(frozen=True, slots=True)
class HelmetSettings:
    """miss: wanted share of bare heads that are taken for helmets. false_alarm: of helmets taken
    for bare heads. smallest_px: height of a head in pixels of the network's input below which
    nobody can tell. cool_down_s: nobody bare for this long ends the case. together_s: whoever is
    seen bare so soon after the last one belongs to the same case. longest_s: a case takes in
    nobody later than this.
    """

    miss: float = 0.01
    false_alarm: float = 0.005
    smallest_px: float = 9.0
    cool_down_s: float = 10.0
    together_s: float = 10.0
    longest_s: float = 120.0

    @property
    def bounds(self) -> Bounds:
        """Of the sequential test, bare against helmet."""
        return Bounds.of(miss=self.miss, false_alarm=self.false_alarm)


@dataclass(frozen=True, slots=True)
class ZoneSettings:
    """minimum_hits: pictures with the foot point inside, before a visit counts. cool_down_s:
    outside for this long ends a visit.
    """

    minimum_hits: float = 3
    cool_down_s: float = 10.0


@dataclass(frozen=True, slots=True)
class ExitSettings:
    """blocked_width: share of the passage's width that begins an alarm; half of it keeps it open.
    clear_s: seconds of a free way that end it.
    """

    blocked_width: float = 0.15
    clear_s: float = 5.0


@dataclass(frozen=True, slots=True)
class TamperSettings:
    """lasting_s: seconds that the picture must be worthless. clear_s: seconds of a good one that
    end it.
    """

    lasting_s: float = 10.0
    clear_s: float = 5.0


@dataclass(frozen=True, slots=True)
class RuleSettings:
    """Of every rule, under the name of the rule."""

    missing_helmet: HelmetSettings = field(default_factory=HelmetSettings)
    restricted_zone: ZoneSettings = field(default_factory=ZoneSettings)
    blocked_exit: ExitSettings = field(default_factory=ExitSettings)
    camera_tamper: TamperSettings = field(default_factory=TamperSettings)

    def changed(self, changes: Iterable[str]) -> "RuleSettings":
        """With changes such as `missing_helmet.miss=0.02`. Raises SettingsError."""
        settings = self
        for change in changes:
            name, separator, text = change.partition("=")
            rule, _, setting = name.strip().partition(".")
            known = {f"{r.name}.{s}": r.name for r in fields(self) for s in _names(self, r.name)}
            if not separator or f"{rule}.{setting}" not in known:
                near = get_close_matches(name.strip(), known, n=1)
                advice = f"did you mean {near[0]}?" if near else f"use {', '.join(known)}"
                raise SettingsError(f"'{change}' changes no rule: {advice}")
            try:
                value = float(text)
            except ValueError as error:
                raise SettingsError(f"{name.strip()} must be a number, not '{text}'") from error
            if not 0 < value < float("inf"):
                raise SettingsError(f"{name.strip()} must be above 0, not {text.strip()}")
            part: Any = replace(getattr(settings, rule), **{setting: value})
            settings = replace(settings, **{rule: part})
        if settings.missing_helmet.miss + settings.missing_helmet.false_alarm >= 1:
            raise SettingsError("missing_helmet.miss and .false_alarm are shares: below 1 together")
        return settings


def _names(settings: RuleSettings, rule: str) -> list[str]:
    return [f.name for f in fields(getattr(settings, rule))]
