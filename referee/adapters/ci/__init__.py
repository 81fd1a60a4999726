"""What the workflows call: one file a step of the flow, each imported by its parser alone until it is called."""
