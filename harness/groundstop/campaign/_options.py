# SPDX-License-Identifier: Apache-2.0
"""What can be asked of a campaign: by a caller, or by an entry script's flags and environment."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from groundstop.errors import CampaignError
from groundstop.files import MAX_INPUT
from groundstop.model import Release, Sanitizer

__all__ = ["CampaignOptions", "ScriptOptions"]

# More are a slip of the finger: each is a process, and they would take the machine down.
_MOST_WORKERS = 256
_MOST_SECONDS = 10.0
# Less than a sixth of it is what is measured at all.
_LEAST_TIMEOUT = 0.3
_LONGEST_SECONDS = 100_000_000
_LARGEST_SEED = (1 << 32) - 1
_LEAST_RSS = 128
_MOST_INT = (1 << 31) - 1


@dataclass(frozen=True, slots=True)
class CampaignOptions:
    """A campaign: `seconds` of fuzzing by `workers` processes.

    `release` None is the newest, `sanitizer` None the one that fits the core.  `seed` makes
    the fuzzer's random choices repeatable.
    `share` is Python's share of the time.  `timeout` is how many seconds one input may take
    (native/driver/hang.h says of which clock); None: what is far more than any did before, and
    never over `most_seconds`.  `rss_limit` is in MiB for a process, `max_len` in bytes for an
    input, `dictionary` a file of libFuzzer's beside the format's own; None: as libFuzzer has it.
    `flags` go to libFuzzer as they are.  `corpus` replaces the target's own corpus: new
    units are written to its first folder.  `artifacts` is where findings go.
    `stop_at_finding` ends the campaign with the first one.  `script` is the text of an entry
    script in Python that is run instead of the target's own, `name` what the campaign is then
    called in its files.
    """

    seconds: float
    workers: int = 1
    release: Release | None = None
    sanitizer: Sanitizer | None = None
    seed: int | None = None
    share: float = 0.1
    timeout: float | None = None
    rss_limit: int | None = None
    max_len: int | None = None
    dictionary: Path | None = None
    flags: tuple[str, ...] = ()
    corpus: tuple[Path, ...] = ()
    artifacts: Path | None = None
    stop_at_finding: bool = False
    script: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.seconds <= _LONGEST_SECONDS:
            raise CampaignError(
                f"a campaign of {self.seconds:g} seconds: give it 1 to {_LONGEST_SECONDS:,}"
            )
        if self.workers < 1:
            raise CampaignError(f"{self.workers} workers: give it at least 1")
        if self.workers > _MOST_WORKERS:
            raise CampaignError(
                f"{self.workers:,} workers: give it at most {_MOST_WORKERS}; more than the "
                f"{os.cpu_count() or 1} processors of this machine find no more"
            )
        if self.seed is not None and not 1 <= self.seed <= _LARGEST_SEED:
            # libFuzzer takes 0 for one that it chooses itself.
            raise CampaignError(f"a seed of {self.seed}: give it 1 to {_LARGEST_SEED}")
        if self.timeout is not None and not _LEAST_TIMEOUT <= self.timeout <= _LONGEST_SECONDS:
            raise CampaignError(
                f"a timeout of {self.timeout:g} seconds: give it {_LEAST_TIMEOUT} to "
                f"{_LONGEST_SECONDS:,}"
            )
        if self.rss_limit is not None and not _LEAST_RSS <= self.rss_limit <= _MOST_INT:
            raise CampaignError(
                f"a limit of {self.rss_limit} MiB of memory: give it at least {_LEAST_RSS}, which "
                "Python and a sanitizer take"
            )
        if self.max_len is not None and not 1 <= self.max_len <= MAX_INPUT:
            raise CampaignError(f"inputs of {self.max_len} bytes: give it 1 to {MAX_INPUT}")
        _check_share(self.share)
        _check_sanitizer(self.sanitizer)

    @property
    def most_seconds(self) -> float:
        """What one input may take at most."""
        return self.timeout or _MOST_SECONDS


@dataclass(frozen=True, slots=True)
class ScriptOptions:
    """An entry script's command line: our options, libFuzzer's flags, files and folders.

    Ours are `--release`, `--sanitizer` and `--share`, or GROUNDSTOP_RELEASE,
    GROUNDSTOP_SANITIZER and GROUNDSTOP_SHARE in the environment; a flag wins.
    """

    release: Release | None
    sanitizer: Sanitizer | None
    share: float
    flags: tuple[str, ...]
    paths: tuple[str, ...]

    @classmethod
    def parse(cls, arguments: Sequence[str], environment: Mapping[str, str]) -> ScriptOptions:
        """Read a command line (without the script's own name); raise CampaignError."""
        values = {
            name: environment.get(f"GROUNDSTOP_{name.upper()}", "")
            for name in ("release", "sanitizer", "share")
        }
        for argument in arguments:
            if argument.startswith("-") and argument[1:].partition("=")[0] in values:
                # libFuzzer would only warn, and another build be fuzzed than was asked for.
                raise CampaignError(f"{argument}: it has two dashes, -{argument}")
            if argument.startswith("--"):
                name, equals, value = argument[2:].partition("=")
                if name not in values or not equals:
                    raise CampaignError(
                        f"{argument}: unknown; ours are --release=NAME[@PATCH], --sanitizer=NAME "
                        "and --share=FRACTION, libFuzzer's have one dash (-help=1 lists them)"
                    )
                values[name] = value
        try:
            release = Release.parse(values["release"]) if values["release"] else None
            sanitizer = Sanitizer(values["sanitizer"]) if values["sanitizer"] else None
            share = float(values["share"] or 0.1)
        except ValueError as error:
            raise CampaignError(str(error)) from error
        _check_share(share)
        _check_sanitizer(sanitizer)
        ours = [a for a in arguments if not a.startswith("--")]
        return cls(
            release,
            sanitizer,
            share,
            flags=tuple(a for a in ours if a.startswith("-")),
            paths=tuple(a for a in ours if not a.startswith("-")),
        )

    def flag(self, name: str) -> str | None:
        """Return the value of libFuzzer's flag `-name=value`; the last one counts."""
        prefix = f"-{name}="
        return next((f[len(prefix) :] for f in reversed(self.flags) if f.startswith(prefix)), None)


def _check_share(share: float) -> None:
    if not 0 <= share <= 1:
        raise CampaignError(f"a share of {share} for Python: give 0 to 1")


def _check_sanitizer(sanitizer: Sanitizer | None) -> None:
    # Whether it is one that the core can have is told when the core is known.
    if sanitizer is Sanitizer.COVERAGE:
        raise CampaignError(
            f"sanitizer {sanitizer}: a campaign runs with address or undefined; "
            "this one is for replay"
        )
