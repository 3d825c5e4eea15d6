"""The turn: a LangGraph machine that routes a message to the companion or to the operator. One file a node."""
