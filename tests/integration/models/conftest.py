"""Language models for the tests of this folder."""

from tests.models.fixtures import litellm, model_server

__all__ = ["litellm", "model_server"]
