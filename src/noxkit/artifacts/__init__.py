# SPDX-License-Identifier: Apache-2.0
"""Wheels and sdists as frozen data: read from the file's bytes as a stream, never extracted, never trusted."""
