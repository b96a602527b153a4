"""The doctor: tries every promise of the sandbox inside a real one, and says which hold on this machine."""
