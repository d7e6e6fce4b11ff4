# SPDX-License-Identifier: Apache-2.0
"""Taking over a repository: what its setup does already, what of it noxkit does, and what is written for it."""
