# SPDX-License-Identifier: Apache-2.0
"""Select, run, suppress, judge: from a repository and a plan to a report."""
