"""Language models for the tests of this folder."""

from tests.models.fixtures import litellm, model_server, real_model

__all__ = ["litellm", "model_server", "real_model"]
