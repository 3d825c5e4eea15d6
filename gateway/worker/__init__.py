"""The process that holds litellm, and its frames. The service never imports it (docs/decisions/gateway-worker.md)."""
