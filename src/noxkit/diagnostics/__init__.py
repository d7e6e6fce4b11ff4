# SPDX-License-Identifier: Apache-2.0
"""What a finding is, where it stands, and which edits mend it: nothing here knows of tools or rules."""
