# SPDX-License-Identifier: Apache-2.0
"""The release itself: what is released next and why, the version, the notes, and how they get to the index."""
