# SPDX-License-Identifier: Apache-2.0
"""The configuration: one schema, from flags, variables and `[tool.noxkit]`; each value knows its source."""
