"""May this happen now? One pure answer for every consequential action, and the approvals that it asks for."""
