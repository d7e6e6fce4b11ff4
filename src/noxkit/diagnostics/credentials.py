# SPDX-License-Identifier: Apache-2.0
"""Which variables hold credentials, as far as their names say."""

__all__ = ["CREDENTIAL_PATTERNS", "SHARED_CACHE_CREDENTIAL"]

SHARED_CACHE_CREDENTIAL = "NOXKIT_SHARED_CACHE_CREDENTIAL"
"""No option, so that no file can give it: the options of the file system that may write the shared cache, as JSON."""

CREDENTIAL_PATTERNS: tuple[str, ...] = (
    "*TOKEN*",
    "*SECRET*",
    "*PASSWORD*",
    "*PASSWD*",
    "*PASSPHRASE*",
    "*_PWD",
    "*API_KEY*",
    "*APIKEY*",
    "*ACCESS_KEY*",
    "*PRIVATE_KEY*",
    "*SIGNING_KEY*",
    "*ENCRYPTION_KEY*",
    "*DEPLOY_KEY*",
    "*CREDENTIAL*",
    "*_AUTH",
    "*_AUTH_CONFIG",
    "*_PAT",
    "*_DSN",
    "AWS_PROFILE",
    "AZURE_CLIENT_*",
    "CLOUDSDK_AUTH_*",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "KUBECONFIG",
    "NETRC",
    # publishing
    "TWINE_*",
    "UV_PUBLISH_*",
    "FLIT_USERNAME",
    "HATCH_INDEX_*",
    "PDM_PUBLISH_*",
    "POETRY_HTTP_BASIC_*",
    "POETRY_PYPI_*",
    # who the job is, and what its runner lets it do
    "ACTIONS_CACHE_URL",
    "ACTIONS_ID_TOKEN_*",
    "ACTIONS_RESULTS_URL",
    "ACTIONS_RUNTIME_*",
    "CI_JOB_JWT*",
    "CI_REPOSITORY_URL",
    "SYSTEM_ACCESSTOKEN",
    # agents that sign for whoever asks
    "GPG_AGENT_INFO",
    "SSH_AUTH_SOCK",
)
"""Names of the variables that project code does not get, as shell globs without regard to case."""
