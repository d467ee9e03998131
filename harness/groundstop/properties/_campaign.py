# SPDX-License-Identifier: Apache-2.0
"""Properties as campaigns: what `groundstop fuzz FILE::TEST` starts, and what runs then."""

from __future__ import annotations

import os
import random
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from groundstop.campaign import (
    CampaignOptions,
    CampaignResult,
    Observer,
    fuzz_main,
    run_campaign,
    variant_of,
)
from groundstop.config import Project
from groundstop.corpus import property_folder
from groundstop.errors import GroundstopError
from groundstop.files import make_folder, unit_name, write_atomically
from groundstop.model import Release, Variant
from groundstop.properties._driver import NativeCore, driver, driving
from groundstop.properties._property import Property, load_property
from groundstop.properties._run import MACHINE_ERRORS, failing_place, is_skip, one_line
from groundstop.properties._workers import table, use
from groundstop.terminal import complain

__all__ = ["fuzz_property", "property_main", "property_variant"]

_FAILED_STATUS = 2
# Most bytes stand for no example: the fuzzer starts from some that are long enough, and may
# make longer ones from the beginning.
_SEED_SIZES = (16, 64, 256, 1024, 4096)
_SEEDS_OF_A_SIZE = 4
_FLAGS = ("-max_len=8192", "-len_control=0")
# A property that never calls the core has no coverage to be guided by.
_PATIENCE = 1000

_SCRIPT = """\
import sys
from groundstop.properties import property_main
property_main({node!r}, {target!r}, {release!r}, {artifacts!r}, {builds!r}, sys.argv)
"""


def property_variant(prop: Property, options: CampaignOptions) -> Variant:
    """Return the build that guides a campaign; raises InputError as `Property.core_for`."""
    core, release = prop.core_for(options.release)
    return variant_of(core.target, release, options.sanitizer)


def fuzz_property(
    prop: Property, options: CampaignOptions, observer: Observer | None = None
) -> CampaignResult:
    """Run a campaign whose entry point is a property; raises as `run_campaign`.

    Units go to corpus/<target>/properties/<module>.<test>/evolved, failing inputs to
    .groundstop/properties/<target>/<module>.<test>/<variant>.
    """
    core, release = prop.core_for(options.release)
    project, name = prop.project, core.target_name
    variant = variant_of(core.target, release, options.sanitizer)
    with driving(release):
        # A fuzzing process has no time to compile, and an alarm for inputs that take too long.
        prop.build()
    evolved = property_folder(name, project, prop.label) / "evolved"
    artifacts = project.state / "properties" / name / prop.label / str(variant)
    make_folder(evolved)
    # The bytes are choices, not content: nothing that knows the content's format is of use.
    target = replace(core.target, format=None, words=None, oracles=())
    script = _SCRIPT.format(
        node=f"{prop.file}::{prop.name}",
        target=name,
        release=str(release),
        artifacts=str(artifacts),
        builds=table(),
    )
    options = replace(
        options,
        release=release,
        corpus=(evolved, _seeds(project)),
        artifacts=artifacts,
        flags=(*_FLAGS, *options.flags),
        script=script,
        name=options.name or f"{name}-{prop.label}-{variant}",
    )
    return run_campaign(target, project, options, observer)


def property_main(  # noqa: PLR0913, PLR0917  (all that a campaign hands over)
    node: str,
    target_name: str,
    release: str,
    artifacts: str,
    builds: Sequence[tuple[str, str, Mapping[str, str]]],
    argv: Sequence[str],
) -> NoReturn:
    """Fuzz a property in this process, which a campaign has started; ends it as `fuzz_main`."""
    use(builds)
    try:
        wanted = Release.parse(release)
        path, entry = Path(os.environ["GROUNDSTOP_CORE"]), os.environ["GROUNDSTOP_ENTRY"]
        prop = load_property(node)
        driver.release = wanted
        driver.native = native = NativeCore(path, entry, target_name, wanted)
        call = _Call(prop, native, Path(artifacts))
    except GroundstopError as error:
        complain(error)
        sys.exit(_FAILED_STATUS)
    fuzz_main(target_name, argv, call)


class _Call:
    """What the fuzzer calls for every input.

    A failure of the property is stored as libFuzzer stores a crash, but the process goes on,
    and what fails in the same place again is passed over: a shallow failure does not
    keep the campaign from the others.  Only the core's death ends the process.
    """

    def __init__(self, prop: Property, native: NativeCore, artifacts: Path) -> None:
        self._prop = prop
        self._fuzz = prop.fuzz_target()
        self._native = native
        self._artifacts = artifacts
        self._examples = 0

    def __call__(self, data: bytes) -> int:
        """Run the property on an input; -1 when that is no example."""
        try:
            kept = self._fuzz(data)
        except MACHINE_ERRORS as error:
            self._give_up(str(error))
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001  (pytest's own are no Exception)
            if not is_skip(error):
                self._store(data, error)
            return -1
        if kept is None:
            return -1
        self._examples += 1
        if self._native.runs == 0 and self._examples == _PATIENCE:
            self._give_up(
                f"{self._prop.node} has not called its core for {_PATIENCE} examples: call run(…) "
                "of a core(…) that the file declares"
            )
        return 0

    def _store(self, data: bytes, error: BaseException) -> None:
        place = failing_place(self._prop, error)
        # In the folder of this run's temporary files, which its processes share.
        mark = Path(tempfile.gettempdir()) / f"failed-{unit_name(place.encode())}"
        if mark.exists():
            return
        path = self._artifacts / f"crash-{unit_name(data)}"
        note = f"{self._prop.node}: {one_line(error)}\n"
        write_atomically(path.with_name(f"{path.name}.oracle"), note.encode())
        write_atomically(path, data)
        mark.touch()

    def _give_up(self, why: str) -> NoReturn:
        """End the process in a way that is no finding."""
        complain(why)
        os._exit(_FAILED_STATUS)


def _seeds(project: Project) -> Path:
    """Return a folder with random bytes of several sizes, the same ones each time."""
    folder = project.state / "properties" / "seeds"
    make_folder(folder)
    source = random.Random(0)  # noqa: S311  (nothing secret)
    for size in _SEED_SIZES:
        for number in range(_SEEDS_OF_A_SIZE):
            data = source.randbytes(size)
            path = folder / f"{size}-{number}"
            if not path.exists():
                write_atomically(path, data)
    return folder
