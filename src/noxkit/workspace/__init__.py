# SPDX-License-Identifier: Apache-2.0
"""The repository as frozen data: its packages, how they depend on each other, its files, its history."""
