# SPDX-License-Identifier: Apache-2.0
"""Environments: a tool's own and a project's, made by uv and kept as long as what they are made from."""
