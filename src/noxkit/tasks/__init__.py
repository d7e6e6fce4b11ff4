# SPDX-License-Identifier: Apache-2.0
"""Tasks: what is run at the same time, the processes that it starts, their locks, and the results that are kept."""
