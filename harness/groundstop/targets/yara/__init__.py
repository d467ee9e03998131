# SPDX-License-Identifier: Apache-2.0
"""The yara target: libyara, somebody else's interpreter, whose content is compiled rules.

Nothing of libyara is part of this project: `groundstop fetch-example yara` brings it.
"""

from groundstop.targets.yara.core import target

__all__ = ["target"]
